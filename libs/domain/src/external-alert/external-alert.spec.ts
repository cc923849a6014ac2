import {
  event,
  type EventType,
  type ExternalAlertSignal,
  type Rule,
  type Selector,
  streamOf,
  TICK_MS,
} from '#contracts';
import fc from 'fast-check';
import { DEFAULT_RULES } from '#testing';
import { answering, RulePlay } from '../rule/rule-play.fixture.js';
import type { Alert } from '../alert/alert.js';
import {
  BELIEVED_MS,
  decideExternalAlert,
  decideExternalTime,
  type ExternalContext,
  UNKNOWN_MS_MAX,
  WARNING_MS_MAX,
} from './external-alert.decide.js';
import { SENDER_ALERTS_MAX } from './room.decide.js';

const HEALTHY = answering(100, 0);

const said = (changes: Partial<ExternalAlertSignal> = {}): ExternalAlertSignal => ({
  type: 'external_alert',
  source: 'prometheus',
  dedupKey: '690e54ec55263cb2',
  action: 'trigger',
  severity: 'critical',
  name: 'DnsSuccessRate',
  region: 'us-east',
  summary: 'success 23%',
  labels: { alertname: 'DnsSuccessRate', region: 'us-east', severity: 'critical' },
  links: [{ href: 'http://127.0.0.1:9090/graph', text: 'source' }],
  atUs: 1,
  ...changes,
});
const over = (changes: Partial<ExternalAlertSignal> = {}) => said({ action: 'resolve', ...changes });

/** Warnings of a sender, each by a key of its own. */
const warnings = (count: number, sender: string): readonly ExternalAlertSignal[] =>
  Array.from({ length: count }, (_, each) =>
    said({ dedupKey: `${sender}${each}`, source: 'pagerduty', severity: 'warning', sender }),
  );

const contextAt = (at: number): ExternalContext => ({
  tick: 0,
  at,
  key: 'k|',
  newAlertId: () => '',
  flapping: () => undefined,
});

const play = (rules: readonly Rule[] = []) => new RulePlay({ rules }).play(5, HEALTHY);

/** What was told of anything but the fleet's own health. */
const typesOf = (played: RulePlay): readonly EventType[] =>
  played.told
    .map(({ event: { type } }) => type)
    .filter((type) => type.startsWith('Alert') || type.startsWith('Incident') || type.startsWith('Rollback'));

describe('an alert of another system', () => {
  it('B19: a critical one opens an incident with its own words, that counts nobody, and ends with it', () => {
    const played = play().say(said()).play(1, HEALTHY).say(over()).play(1, HEALTHY);
    expect(typesOf(played)).toEqual(['AlertFired', 'IncidentOpened', 'AlertResolved', 'IncidentResolved']);
    expect(played.all('AlertFired')[0]).toMatchObject({
      rule: 'external:prometheus:DnsSuccessRate',
      scope: 'external',
      key: '690e54ec55263cb2|us-east',
      annotations: { summary: 'success 23%', link1: 'http://127.0.0.1:9090/graph' },
      labels: { alertname: 'DnsSuccessRate' },
    });
    expect(played.all('IncidentOpened')[0]).toMatchObject({
      title: 'success 23%',
      impact: { affectedCustomers: 0, score: 0, covers: [] },
    });
  });

  it('B19: a warning is recorded and pages nobody; it joins what is of the same kind and region', () => {
    const warning = said({ severity: 'warning', dedupKey: 'w' });
    const alone = play().say(warning).play(1, HEALTHY);
    expect(typesOf(alone)).toEqual(['AlertFired']);
    const joined = alone.say(said()).play(1, HEALTHY);
    expect(typesOf(joined)).toEqual(['AlertFired', 'AlertFired', 'IncidentOpened', 'AlertJoinedIncident']);
  });

  it('B19: groups by kind and region; another region, and each key of PagerDuty, is an incident of its own', () => {
    const played = play()
      .say(said({ dedupKey: 'a' }), said({ dedupKey: 'b' }), said({ dedupKey: 'c', source: 'alertmanager' }))
      .say(said({ dedupKey: 'd', region: 'europe' }), said({ dedupKey: 'e', source: 'pagerduty' }))
      .say(said({ dedupKey: 'f', source: 'pagerduty' }))
      .play(1, HEALTHY);
    expect(played.all('IncidentOpened')).toHaveLength(4);
    expect(played.all('AlertJoinedIncident')).toHaveLength(2);
  });

  it('B19: told again is the same episode, whatever else is said of it; told after its end is another', () => {
    const played = play()
      .say(said())
      .play(1, HEALTHY)
      .say(said({ summary: 'success 9%' }), said())
      .play(1, HEALTHY);
    expect(played.all('AlertFired')).toHaveLength(1);
    played.say(over()).play(1, HEALTHY).say(said()).play(1, HEALTHY);
    const ids = played.all('AlertFired').map(({ alertId }) => alertId);
    expect(new Set(ids).size).toBe(2);
  });

  it('B19: what never began and is over is nothing, and what begins and ends within one tick is recorded', () => {
    expect(typesOf(play().say(over()).play(1, HEALTHY))).toEqual([]);
    const brief = play().say(said(), over()).play(1, HEALTHY);
    expect(typesOf(brief)).toEqual(['AlertFired', 'AlertResolved']);
  });

  it('B4: nobody says for five minutes that it goes on: unknown, not over; told again it goes on', () => {
    const believedS = BELIEVED_MS / 1_000;
    const played = play()
      .say(said())
      .play(believedS - 1, HEALTHY);
    expect(typesOf(played)).toEqual(['AlertFired', 'IncidentOpened']);
    played.play(2, HEALTHY);
    expect(typesOf(played).slice(2)).toEqual(['AlertBecameUnknown']);
    played.say(said()).play(1, HEALTHY);
    expect(typesOf(played).slice(3)).toEqual(['AlertResumed']);
  });

  it('B4: what is unknown for an hour is withdrawn, and not before', () => {
    const fired = play().say(said()).play(1, HEALTHY).all('AlertFired')[0]!;
    const { alertId, rule, scope, key, severity, reason } = fired;
    const times = { state: 'unknown', firedAtMs: 0, firedSlot: 0, unknownSinceMs: 1_000 } as const;
    const alert = { alertId, rule, scope, key, severity, reason, ...times };
    const typesAt = (at: number) =>
      decideExternalTime(alert, 0, { tick: 0, at, key, newAlertId: () => '', flapping: () => undefined }).map(
        ({ type }) => type,
      );
    expect(typesAt(1_000 + UNKNOWN_MS_MAX - 1)).toEqual([]);
    expect(typesAt(1_000 + UNKNOWN_MS_MAX)).toEqual(['AlertWithdrawn']);
  });

  it('B19: who says it once, by PagerDuty or by the webhook of an Alertmanager, is believed until it is over', () => {
    const played = play()
      .say(said({ source: 'pagerduty' }), said({ source: 'alertmanager' }))
      .play(BELIEVED_MS / 1_000 + 10, HEALTHY);
    expect(played.all('AlertBecameUnknown')).toEqual([]);
  });

  it('B19: an acknowledgement takes its incident on, also one that opens on the same tick, and once', () => {
    const same = { source: 'pagerduty', dedupKey: 'k' } as const;
    const played = play()
      .say(said(same), said({ ...same, action: 'acknowledge' }))
      .play(1, HEALTHY);
    played.say(said({ ...same, action: 'acknowledge' })).play(1, HEALTHY);
    expect(played.all('IncidentAcknowledged')).toMatchObject([{ by: 'external:pagerduty', via: 'external' }]);
  });

  it('RR20: what comes and goes for the third time in half an hour is over when it was calm for ten minutes', () => {
    const played = play();
    for (let time = 0; time < 3; time += 1) played.say(said()).play(1, HEALTHY).say(over()).play(1, HEALTHY);
    expect(typesOf(played).at(-1)).toBe('AlertRecovering');
    played.play(601, HEALTHY);
    expect(typesOf(played).slice(-2)).toEqual(['AlertResolved', 'IncidentResolved']);
  });

  it('B19: beyond as many as one sender may have open one alert says so, and ends when there is room', () => {
    const many = warnings(SENDER_ALERTS_MAX + 5, 'script');
    const played = play()
      .say(...many)
      .play(1, HEALTHY);
    expect(played.all('AlertFired')).toHaveLength(SENDER_ALERTS_MAX + 1);
    expect(played.all('IncidentOpened')).toMatchObject([{ rule: 'external:overflow' }]);
    expect(played.all('IncidentOpened')[0]?.title).toContain(`${SENDER_ALERTS_MAX} of them of key script`);
    played.say(...many.map((each) => ({ ...each, action: 'resolve' as const }))).play(1, HEALTHY);
    expect(played.all('IncidentResolved')).toHaveLength(1);
  });

  it('B19: who has all its places taken leaves those of others free', () => {
    const other = said({ dedupKey: 'other', source: 'pagerduty', severity: 'warning', sender: 'other' });
    const played = play()
      .say(...warnings(SENDER_ALERTS_MAX + 5, 'script'))
      .play(1, HEALTHY)
      .say(other)
      .play(1, HEALTHY);
    expect(played.all('AlertFired').filter(({ sender }) => sender === 'other')).toHaveLength(1);
  });

  it('B19: a critical alert always fires: the oldest warning of whoever has most gives way, with a record', () => {
    const played = play()
      .say(...warnings(SENDER_ALERTS_MAX, 'script'), ...warnings(SENDER_ALERTS_MAX - 1, 'other'))
      .play(1, HEALTHY)
      .say(said({ dedupKey: 'calm', sender: 'third', severity: 'warning' }))
      .play(1, HEALTHY)
      .say(said({ dedupKey: 'new', sender: 'third' }))
      .play(1, HEALTHY);
    expect(played.all('IncidentOpened')).toMatchObject([{ title: 'success 23%' }, { rule: 'external:overflow' }]);
    const [first] = played.all('AlertFired');
    expect(first?.sender).toBe('script');
    expect(played.all('AlertWithdrawn')).toMatchObject([
      {
        alertId: first?.alertId,
        because: 'gave way to a critical alert: 1000 alerts of other systems are open, the most there may be',
      },
    ]);
    // What gave way is not told of again by what a restart reads again.
    const before = played.told.length;
    played.kill();
    played.play(1, HEALTHY);
    expect(played.told).toHaveLength(before);
  });

  it('B19: a warning that is told once runs out after hours; one that is repeated, or critical, does not', () => {
    const dayS = 86_400;
    const once = (changes: Partial<ExternalAlertSignal>) =>
      said({ source: 'pagerduty', severity: 'warning', ...changes });
    const alertOf = (changes: Partial<Alert>): Alert => ({
      alertId: 'al1',
      rule: 'external:pagerduty:ping',
      scope: 'external',
      key: 'k|',
      severity: 'warning',
      state: 'firing',
      firedAtMs: 1_000,
      firedSlot: 1,
      reason,
      ...changes,
    });
    const { reason } = play().say(said()).play(1, HEALTHY).all('AlertFired')[0]!;
    const typesAt = (alert: Alert, at: number) => decideExternalTime(alert, 0, contextAt(at)).map(({ type }) => type);
    expect(typesAt(alertOf({}), 1_000 + WARNING_MS_MAX - 1)).toEqual([]);
    expect(typesAt(alertOf({}), 1_000 + WARNING_MS_MAX)).toEqual(['AlertWithdrawn']);
    expect(typesAt(alertOf({ resumedAtMs: 2_000 }), 1_000 + WARNING_MS_MAX)).toEqual([]);
    expect(typesAt(alertOf({ severity: 'critical' }), dayS * 1_000)).toEqual([]);
    // Told again within the hour it is not recorded once more.
    const repeated = play().say(once({})).play(1, HEALTHY).say(once({})).play(1, HEALTHY);
    expect(typesOf(repeated)).toEqual(['AlertFired']);
    const again = decideExternalAlert(
      alertOf({}),
      { signal: once({}), tick: 3_601_000 / TICK_MS },
      contextAt(3_601_250),
    );
    expect(again.map(({ type }) => type)).toEqual(['AlertResumed']);
  });

  it.each(['prometheus', 'alertmanager', 'pagerduty'] as const)(
    'B19: of %s, told as a warning and then as critical by the same key pages',
    (source) => {
      const played = play()
        .say(said({ source, severity: 'warning' }))
        .play(1, HEALTHY)
        .say(said({ source, summary: 'success 3%' }))
        .play(1, HEALTHY);
      expect(typesOf(played)).toEqual(['AlertFired', 'AlertSeverityRaised', 'IncidentOpened']);
      expect(played.all('IncidentOpened')).toMatchObject([{ severity: 'critical', title: 'success 3%' }]);
      const atOnce = play()
        .say(said({ source, severity: 'warning' }), said({ source }), said({ source, severity: 'warning' }))
        .play(1, HEALTHY);
      expect(typesOf(atOnce)).toEqual(['AlertFired', 'AlertSeverityRaised', 'IncidentOpened']);
    },
  );

  it('B19: a change that is told is recorded beside the alerts, once, and is none', () => {
    const change = { type: 'external_change', source: 'pagerduty', changeId: 'c1', summary: 'deployed' } as const;
    const told = { ...change, labels: {}, links: [], sender: 'ci', atUs: 1 };
    const played = play().say(told, told).play(1, HEALTHY);
    expect(typesOf(played)).toEqual([]);
    expect(played.all('ExternalChangeTold')).toMatchObject([{ summary: 'deployed', sender: 'ci' }, {}]);
    played.kill();
    played.play(1, HEALTHY).say(told).play(1, HEALTHY);
    expect(played.all('ExternalChangeTold')).toHaveLength(3);
  });

  it('B19: is silenced by its name and its region', () => {
    const silenced = (where: Selector): number => {
      const played = play();
      const at = (played.nextTick - 4) * TICK_MS;
      const span = { startsAtMs: at, endsAtMs: at + 3_600_000 };
      played.record(
        streamOf.silence('s1'),
        event('SilenceCreated', { silenceId: 's1', where, ...span, by: 'user:alice', comment: 'known', at }),
      );
      return played.say(said()).play(1, HEALTHY).all('AlertMuted').length;
    };
    expect(silenced({ rule: ['external:*:DnsSuccessRate'] })).toBe(1);
    expect(silenced({ rule: ['external:*'], region: ['us-*'] })).toBe(1);
    expect(silenced({ rule: ['external:*'], region: ['europe'] })).toBe(0);
  });

  it('B19: is no evidence: a rollout that is under way is not rolled back by it, and minutes with it stay a model', () => {
    const played = play(DEFAULT_RULES);
    played.say({
      type: 'deploy',
      rolloutId: 'ro1',
      service: 'dns',
      release: { softwareVersion: 'v1', configRev: 'c1' },
      previous: { softwareVersion: 'v0', configRev: 'c0' },
      stage: 'canary',
      nodes: ['us-east-n1'],
      atUs: 1,
    });
    played
      .play(1, HEALTHY)
      .say(said(), said({ source: 'pagerduty', dedupKey: 'x' }))
      .play(120, HEALTHY);
    expect(typesOf(played).filter((type) => type.startsWith('Rollback'))).toEqual([]);
    expect(played.all('IncidentCausesRanked')).toEqual([]);
  });

  it('a release that fails gets its own incident, and does not hide in what another system said', () => {
    const played = play(DEFAULT_RULES).say(said()).play(1, HEALTHY).play(30, answering(100, 60));
    const [external, own] = played.all('IncidentOpened');
    expect(external?.scope).toBe('external');
    expect(own?.scope).not.toBe('external');
  });

  it('B2: who took a warning on has not taken on what it became, also when that is read again', () => {
    const warning = said({ source: 'pagerduty', severity: 'warning' });
    const played = play()
      .say(warning, { ...warning, action: 'acknowledge' })
      .play(1, HEALTHY)
      .say(said({ source: 'pagerduty' }))
      .play(1, HEALTHY);
    played.kill();
    played.play(1, HEALTHY);
    expect(typesOf(played)).toEqual(['AlertFired', 'AlertSeverityRaised', 'IncidentOpened']);
  });

  it('a restart at any moment decides the same', () => {
    const step = fc.record({
      signals: fc.array(
        fc.record({
          dedupKey: fc.constantFrom('a', 'b'),
          action: fc.constantFrom('trigger', 'acknowledge', 'resolve') as fc.Arbitrary<ExternalAlertSignal['action']>,
          source: fc.constantFrom('prometheus', 'pagerduty') as fc.Arbitrary<ExternalAlertSignal['source']>,
          severity: fc.constantFrom('warning', 'critical') as fc.Arbitrary<ExternalAlertSignal['severity']>,
        }),
        { maxLength: 3 },
      ),
      isKilled: fc.boolean(),
      seconds: fc.constantFrom(1, 2, 10, 100),
    });
    const run = (
      steps: readonly { signals: readonly object[]; isKilled: boolean; seconds: number }[],
      kills: boolean,
    ) => {
      const played = play();
      for (const { signals, isKilled, seconds } of steps) {
        played.say(...signals.map((each) => said(each))).play(seconds, HEALTHY);
        if (kills && isKilled) played.kill();
      }
      return played.told;
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        expect(run(steps, true)).toEqual(run(steps, false));
      }),
      { numRuns: 25 },
    );
  });
});

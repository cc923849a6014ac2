import { DEFAULT_PLAN, event, type Event, ruleSetSchema, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { BREAKER_EVENTS_MAX, createDeciderHistory } from './decider-history.js';
import {
  alertFired,
  HISTORY_AT_MS,
  incidentOpened,
  reasonOf,
  rollbackDecided,
  tell,
} from './history/event-history.fixture.js';
import { createEventStore } from './event-store.js';
import { quiet } from './history/quiet-history.fixture.js';

const DAY_MS = 86_400_000;
const NOW_MS = HISTORY_AT_MS;
const OLD_MS = NOW_MS - 3 * DAY_MS;
const FIRED = { firedMs: 1_800_000, firingsMax: 3, ruleSetsMax: 2 };
const RELEASE = { softwareVersion: 'v2', configRev: 'c2' };

const resolved = (incidentId: string, at: number): Event => event('IncidentResolved', { incidentId, because: '', at });
const rollout = (rolloutId: string, at: number): Event =>
  event('RolloutStarted', {
    rolloutId,
    service: 'dns',
    release: RELEASE,
    previous: RELEASE,
    stage: 's',
    nodes: ['n1'],
    at,
  });
const rollback = (rollbackId: string, incidentId: string, at: number): Event => {
  const decided = rollbackDecided(rollbackId, incidentId);
  if (decided.type !== 'RollbackDecided') throw new Error('not a decision');
  return event('RollbackDecided', { ...decided.data, at });
};
const completed = (rollbackId: string): Event => event('RollbackCompleted', { rollbackId, because: '', at: OLD_MS });

const pending = (alertId: string): Event =>
  event('AlertPending', {
    alertId,
    rule: 'R17',
    scope: 'fleet',
    key: 'fleet',
    severity: 'critical',
    reason: reasonOf(80),
    dueAtMs: NOW_MS,
    at: OLD_MS,
  });
const pendingEnded = (alertId: string): Event =>
  event('AlertPendingEnded', { alertId, because: 'it does not hold', at: OLD_MS });

const ended = (alertId: string): Event => event('AlertResolved', { alertId, reason: reasonOf(99.9), at: NOW_MS });

describe('decider history', () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await openTestDatabase();
  });
  afterEach(() => db.close());

  const append = async (...streams: readonly (readonly [string, readonly Event[]])[]): Promise<void> => {
    const store = createEventStore(db.database, () => NOW_MS);
    const appends = streams.map(([stream, events]) => ({ stream, expectedVersion: 0, events }));
    expect(await store.append(appends, { actor: 'rules', cause: 'test' })).toHaveProperty('appended');
  };
  const read = (decidedMs = NOW_MS, after = 0) =>
    createDeciderHistory(db.database).read({ decidedMs, keepMs: DAY_MS, ...FIRED }, after);
  const streams = async (decidedMs?: number): Promise<readonly string[]> => [
    ...new Set((await read(decidedMs)).map(({ stream }) => stream)),
  ];

  const declared = (rolloutId: string): Event =>
    event('RolloutDeclared', {
      rolloutId,
      service: 'dns',
      release: RELEASE,
      previous: RELEASE,
      mode: 'advisory',
      plan: DEFAULT_PLAN,
      nodes: [],
      by: 'deploy:ci',
      at: OLD_MS,
    });
  const over = (rolloutId: string, at: number): Event => event('RolloutEnded', { rolloutId, because: 'watched', at });

  it('leaves out what ended before the time to keep, and every other stream', async () => {
    await append(
      [streamOf.rollout('now'), [rollout('now', NOW_MS)]],
      [streamOf.rollout('old'), [rollout('old', OLD_MS)]],
      [streamOf.incident('ended'), [incidentOpened('ended', 'a', { at: OLD_MS }), resolved('ended', OLD_MS)]],
      [streamOf.incident('just'), [incidentOpened('just', 'a', { at: OLD_MS }), resolved('just', NOW_MS)]],
      [streamOf.rollback('ended'), [rollback('ended', 'ended', OLD_MS), completed('ended')]],
      [streamOf.key('k'), [event('ApiKeyRevoked', { keyId: 'k' })]],
    );
    expect(await streams()).toEqual(['rollout-now', 'incident-just']);
  });

  it('keeps silences and maintenance that are not over', async () => {
    await tell(
      createEventStore(db.database, () => NOW_MS),
      quiet,
    );
    const found = await streams();
    expect(found.filter((stream) => /^(silence|maintenance)/.test(stream))).toEqual([
      'silence-si2',
      'maintenance-ma1',
      'maintenance-ma2',
    ]);
    expect(found).toEqual(expect.arrayContaining(['alert-al4', 'alert-al5', 'incident-in3']));
  });

  it('keeps what is open however old, with the rollbacks of an open incident, refused or ended', async () => {
    const refusal = { rollbackId: 'refused', incidentId: 'open', rail: 'r', because: '', at: OLD_MS };
    await append(
      [streamOf.rollout('now'), [rollout('now', NOW_MS)]],
      [streamOf.alert('open'), [alertFired('open', 'critical', OLD_MS)]],
      [streamOf.incident('open'), [incidentOpened('open', 'open', { at: OLD_MS })]],
      [streamOf.rollback('refused'), [event('RollbackRefused', refusal)]],
      [streamOf.rollback('ended'), [rollback('ended', 'open', OLD_MS), completed('ended')]],
      [streamOf.rollback('running'), [rollback('running', 'other', OLD_MS)]],
    );
    expect((await streams()).toSorted()).toEqual([
      'alert-open',
      'incident-open',
      'rollback-ended',
      'rollback-refused',
      'rollback-running',
      'rollout-now',
    ]);
  });

  it('R34: keeps escalations that are open however old, and what closed within the time to keep', async () => {
    const opened = (escalationId: string): Event =>
      event('CustomerEscalationOpened', { escalationId, customerId: 'delta', severity: 'critical', at: OLD_MS });
    const closed = (escalationId: string, at: number): Event => event('CustomerEscalationClosed', { escalationId, at });
    await append(
      [streamOf.rollout('now'), [rollout('now', NOW_MS)]],
      [streamOf.customerEscalation('open'), [opened('open')]],
      [streamOf.customerEscalation('just'), [opened('just'), closed('just', NOW_MS)]],
      [streamOf.customerEscalation('old'), [opened('old'), closed('old', OLD_MS)]],
    );
    expect(await streams()).toEqual(['rollout-now', 'escalation-open', 'escalation-just']);
  });

  it('counts back from the newest beginning: until something new begins, nothing is forgotten', async () => {
    await append(
      [streamOf.rollout('first'), [rollout('first', OLD_MS)]],
      [streamOf.rollout('second'), [rollout('second', OLD_MS + DAY_MS)]],
    );
    expect(await streams()).toEqual(['rollout-first', 'rollout-second']);
  });

  it('gives the newest of the alerts that fired within half an hour of the last, over or not', async () => {
    const fired = (alertId: string, at: number) =>
      [streamOf.alert(alertId), [alertFired(alertId, 'critical', at), ended(alertId)]] as const;
    await append(
      fired('last', OLD_MS),
      fired('within', OLD_MS - FIRED.firedMs),
      fired('older', OLD_MS - FIRED.firedMs - 1),
    );
    expect(await streams()).toEqual(['alert-last', 'alert-within']);
    await append(...[1, 2, 3].map((each) => fired(`${each}`, OLD_MS + each)));
    expect(await streams()).toEqual(['alert-1', 'alert-2', 'alert-3']);
  });

  it('of alerts that fired on one tick gives those that were recorded last, as a process that never stopped has them', async () => {
    const ids = ['m', 'z', 'c', 'y', 'a', 'x', 'b'];
    await append(...ids.map((id) => [streamOf.alert(id), [alertFired(id, 'critical', OLD_MS)]] as const));
    const store = createEventStore(db.database, () => NOW_MS);
    // The first is over last: its row is the newest one.
    for (const id of ids.toReversed()) await tell(store, [[streamOf.alert(id), 1, [ended(id)]]]);
    expect(await streams()).toEqual(['alert-a', 'alert-x', 'alert-b']);
  });

  it('B2: gives alerts that are pending or recovering, however old; what came to nothing is not given', async () => {
    const recovering = event('AlertRecovering', { alertId: 'r', reason: reasonOf(99.9), untilMs: NOW_MS, at: OLD_MS });
    await append(
      [streamOf.alert('p'), [pending('p')]],
      [streamOf.alert('q'), [pending('q'), pendingEnded('q')]],
      [streamOf.alert('r'), [alertFired('r', 'warning', OLD_MS), recovering]],
    );
    expect(await streams()).toEqual(['alert-p', 'alert-r']);
  });

  it('B20: gives every rollout that may still be judged however old, and no other', async () => {
    const told = (rolloutId: string, ...more: readonly Event[]) =>
      [streamOf.rollout(rolloutId), [declared(rolloutId), rollout(rolloutId, OLD_MS), ...more]] as const;
    const completed = (rolloutId: string): Event =>
      event('RolloutCompleted', { rolloutId, because: 'promoted', at: OLD_MS });
    await append(
      told('running'),
      told('watched', completed('watched')),
      told('ended', completed('ended'), over('ended', OLD_MS)),
      told('halted', event('RolloutHalted', { rolloutId: 'halted', because: 'a breach', at: OLD_MS })),
      told('back', event('RolloutRolledBack', { rolloutId: 'back', rollbackId: 'r', at: OLD_MS })),
      [streamOf.rollout('new'), [declared('new')]],
      [streamOf.rollout('signal'), [rollout('signal', OLD_MS)]],
      [streamOf.rollout('now'), [rollout('now', NOW_MS)]],
    );
    expect(await streams()).toEqual(['rollout-running', 'rollout-watched', 'rollout-new', 'rollout-now']);
  });

  it('R53: gives what people asked for and nobody answered yet, however old', async () => {
    const comment = 'x';
    const asked = (overrideId: string, rollbackId: string): Event =>
      event('OverrideRequested', {
        overrideId,
        rollbackId,
        rails: ['fresh'],
        checklist: { isCritical: true, dollarsPerHour: 1, affectedCustomers: 1, resolutionEtaMs: 1 },
        by: 'operator:ana',
        comment,
        expiresAtMs: OLD_MS + 1,
        at: OLD_MS,
      });
    const expired = event('OverrideExpired', { overrideId: 'gone', because: 'late', at: OLD_MS });
    const request = (rollbackId: string): Event =>
      event('RollbackRequested', { rollbackId, rolloutId: 'r', by: 'operator:ana', comment, at: OLD_MS });
    await append(
      [streamOf.rollout('now'), [rollout('now', NOW_MS)]],
      [streamOf.rollback('asked'), [request('asked')]],
      [streamOf.rollback('ended'), [rollback('ended', 'i', OLD_MS), completed('ended')]],
      [streamOf.override('open'), [asked('open', 'ended')]],
      [streamOf.override('gone'), [asked('gone', 'ended'), expired]],
      [
        streamOf.override('of'),
        [asked('of', 'asked'), event('OverrideExpired', { ...expired.data, overrideId: 'of' })],
      ],
    );
    expect((await streams()).toSorted()).toEqual(['override-of', 'override-open', 'rollback-asked', 'rollout-now']);
  });

  it('R42: gives of a breaker its newest events, and fallbacks, releases and the automation whole', async () => {
    const service = 'dns';
    const update = (each: number): readonly Event[] => [
      event('UpdateBegan', { service, updateId: `${each}`, rolloutId: 'r', nodeId: 'n', at: OLD_MS }),
      event('UpdateEnded', { service, updateId: `${each}`, isHealthy: true, detail: '', at: OLD_MS }),
    ];
    const many = Array.from({ length: BREAKER_EVENTS_MAX / 2 + 1 }, (_, each) => update(each)).flat();
    const decided = (fallbackId: string): Event =>
      event('FallbackDecided', {
        fallbackId,
        incidentId: 'i',
        customerId: 'c',
        provider: 'quad9_dns',
        isDryRun: false,
        because: '',
        at: OLD_MS,
      });
    const lifted = event('QuarantineLifted', { service, release: RELEASE, by: 'admin:root', comment: 'x', at: OLD_MS });
    await append(
      [streamOf.rollout('now'), [rollout('now', NOW_MS)]],
      [streamOf.automation, [event('AutomationSwitched', { isOn: false, by: 'a', comment: 'x', at: OLD_MS })]],
      [streamOf.release(service, 'v2+c2'), [lifted]],
      [streamOf.fallback('open'), [decided('open')]],
      [
        streamOf.fallback('over'),
        [decided('over'), event('FallbackEnded', { fallbackId: 'over', because: '', at: OLD_MS })],
      ],
      [streamOf.breaker(service), many],
    );
    const found = [
      ...(await read()),
      ...(await read(NOW_MS, (await read()).at(-1)?.position)),
      ...(await read(NOW_MS, 2_000)),
    ];
    const streamsFound = new Set(found.map(({ stream }) => stream));
    expect([...streamsFound]).toEqual([
      'rollout-now',
      'automation',
      'release-dns/v2+c2',
      'fallback-open',
      'breaker-dns',
    ]);
    const versions = found.filter(({ stream }) => stream === 'breaker-dns').map(({ version }) => version);
    expect([Math.min(...versions), new Set(versions).size]).toEqual([3, BREAKER_EVENTS_MAX]);
  });

  it('gives the newest sets of rules', async () => {
    const loaded = (version: number): Event =>
      event('RulesLoaded', {
        version,
        sha256: 'a'.repeat(64),
        source: 'rules.yml',
        fromTick: version,
        at: OLD_MS,
        ruleSet: ruleSetSchema.parse({ rules: [] }),
      });
    await append([streamOf.rules, [1, 2, 3].map(loaded)]);
    expect((await read()).map(({ version }) => version)).toEqual([2, 3]);
  });

  it('gives whole streams in the global order, and goes on after a position', async () => {
    await append([streamOf.incident('i'), [incidentOpened('i', 'a', { at: NOW_MS })]]);
    await append([streamOf.rollout('r'), [rollout('r', NOW_MS)]]);
    expect((await read()).map(({ position, event: { type } }) => [position, type])).toEqual([
      [1, 'IncidentOpened'],
      [2, 'RolloutStarted'],
    ]);
    expect((await read(NOW_MS, 1)).map(({ position }) => position)).toEqual([2]);
    expect(await read(NOW_MS, 2)).toEqual([]);
  });
});

import { type EventData, event, type Impact, type RecordedEvent, releaseName } from '#contracts';
import { dayClock, formatLine, formatTiers } from './day-lines.js';
import { BOUNDS_MS, compareCounts, createDayEvents, type DayResult, findingsOf, resultOf } from './day-record.js';
import { tellEvent } from './day-watch.js';
import { readDemoOptions } from './demo-options.js';
import { consoleLines, openingLines, resultLines } from './demo-text.js';
import { BAD_RELEASE, GOOD_RELEASE } from './fleet.js';
import { createManualClock } from './manual-clock.fake.js';
import { createOracle } from './oracle.js';
import { type Receiver, startReceiver } from './receiver.js';
import { ownEnvironment } from './standalone-process.js';

const FAULT_MS = 1_800_000_000_000;
const REASON = {
  rule: 'dns_resolution_success_rate',
  signal: 'success_rate',
  text: 'success 80.71 % < 99 % over 1m',
  value: 80.71,
  threshold: 99,
  windowMs: 60_000,
  good: 8_071,
  bad: 1_929,
  tick: 1,
  coverage: 1,
};
const recorded = (position: number, recordedAtMs: number, given: RecordedEvent['event']): RecordedEvent => ({
  position,
  stream: 's',
  version: 1,
  event: given,
  metadata: { actor: 'rules', cause: 'tick' },
  recordedAtMs,
  hash: '',
});
const alertOn = (scope: 'fleet' | 'release_region', key: string, atMs: number): RecordedEvent => {
  const data: EventData<'AlertFired'> = {
    alertId: key,
    rule: REASON.rule,
    scope,
    key,
    severity: 'critical',
    reason: REASON,
    at: atMs,
  };
  return recorded(1, atMs, event('AlertFired', data));
};
const BAD = `${releaseName(BAD_RELEASE)}|europe`;
const GOOD = `${releaseName(GOOD_RELEASE)}|europe`;
const impact = (score: number): Impact => ({
  affectedCustomers: score / 10,
  byTier: { tier1: 0, tier2: score / 10, tier3: 0 },
  score,
  dollarsPerMinute: score * 500,
  top: [],
});
const changed = (score: number, atMs: number): RecordedEvent =>
  recorded(2, atMs, event('IncidentImpactChanged', { incidentId: 'i', impact: impact(score), at: atMs }));

describe('the options of the demo', () => {
  it('has defaults, and takes another seed and fleet', () => {
    const day = { json: false, canary: false, away: false, leadMs: 30_000, seed: 20_210_722, nodes: 48 };
    expect(readDemoOptions([])).toEqual(day);
    const args = ['--json', '--seed', '7', '--nodes=16'];
    expect(readDemoOptions(args)).toEqual({ ...day, json: true, leadMs: 8_000, seed: 7, nodes: 16 });
    expect(readDemoOptions(['--away', '--lead', '60'])).toEqual({ ...day, away: true, leadMs: 60_000 });
    expect(readDemoOptions(['--help'])).toBe('help');
  });

  it('B5: a canary is one node of a hundred', () => {
    expect(readDemoOptions(['--canary'])).toMatchObject({ canary: true, nodes: 100 });
    expect(readDemoOptions(['--canary', '--nodes', '200'])).toMatchObject({ canary: true, nodes: 200 });
    expect(() => readDemoOptions(['--canary', '--nodes', '48'])).toThrow('from 100');
  });

  it.each([
    [['--seed', 'x']],
    [['--seed', '-1']],
    [['--nodes', '3']],
    [['--nodes', '401']],
    [['--lead', '7']],
    [['--what']],
    [['more']],
  ])('refuses %j', (args) => {
    expect(() => readDemoOptions(args)).toThrow(
      /expected a whole number|Unknown option|Unexpected argument|is ambiguous/,
    );
  });
});

describe('before the fault', () => {
  const keys = { viewer: 'v.secret', onCall: 'o.secret' };

  it('says where to look, and with which key; with that of the engineer where nobody else answers', () => {
    const text = consoleLines('http://127.0.0.1:1', keys, false).join('\n');
    expect(text).toContain('console: http://127.0.0.1:1/');
    expect(text).toContain(keys.viewer);
    expect(text).not.toContain(keys.onCall);
    expect(consoleLines('http://127.0.0.1:1', keys, true).join('\n')).toContain(keys.onCall);
  });

  it('says from when on it is real time', () => {
    expect(openingLines(3_000, 8_000, false).join('\n')).toContain('from 11:46:52 on');
    expect(openingLines(3_000, 30_000, true).join('\n')).toContain('from 11:46:30 on');
  });
});

describe('the lines of the day', () => {
  it('the clock of the day stands at 11:47:00 at the fault', () => {
    expect(dayClock(FAULT_MS, FAULT_MS)).toBe('11:47:00');
    expect(dayClock(FAULT_MS - 7_500, FAULT_MS)).toBe('11:46:52');
    expect(dayClock(FAULT_MS + 61_000, FAULT_MS)).toBe('11:48:01');
  });

  it('a moment stands beside the same moment of the real day', () => {
    expect(formatLine({ clock: '11:47:01', text: 'DETECTED', afterMs: 1_234, realMinutes: 11 })).toBe(
      '11:47:01  DETECTED  [+1.2 s, on the real day 11 min]',
    );
    expect(formatLine({ clock: '10:00:00', text: 'quiet' })).toBe('10:00:00  quiet');
    expect(formatTiers({ tier1: 9, tier2: 0, tier3: 100 })).toBe('9 tier 1, 100 tier 3');
  });

  it('an alert is told with its numbers, the first one as the detection', () => {
    const alert = alertOn('release_region', BAD, FAULT_MS);
    expect(tellEvent(alert, true)).toEqual({
      text: 'DETECTED: v2.1.5+c42 in europe: success 80.71 % < 99 % over 1m (critical)',
      realMinutes: 11,
    });
    expect(tellEvent(alert, false)?.text).toMatch(/^alert: /);
  });
});

describe('the record of a day', () => {
  it('false alerts: before the first failure, or of a sound release; never the fleet after the fault', () => {
    const events = createDayEvents();
    for (const alert of [
      alertOn('fleet', 'fleet', FAULT_MS - 1),
      alertOn('release_region', GOOD, FAULT_MS + 5),
      alertOn('release_region', BAD, FAULT_MS + 5),
      alertOn('fleet', 'fleet', FAULT_MS + 5),
    ])
      events.add(alert);
    expect(events.falseAlerts(FAULT_MS, BAD_RELEASE).map(({ key }) => key)).toEqual(['fleet', GOOD]);
    expect(events.falseAlerts(undefined, BAD_RELEASE)).toHaveLength(4);
  });

  it('the peak is the impact with the highest score', () => {
    const events = createDayEvents();
    for (const score of [100, 1_350, 20]) events.add(changed(score, FAULT_MS));
    expect(events.peak()?.score).toBe(1_350);
  });

  it('what one node lost is not hidden by what another counted twice', () => {
    const oracle = createOracle();
    for (const nodeId of ['a', 'b']) oracle.played(nodeId, { good: 90, bad: 10 });
    const counters = [
      { nodeId: 'a', counted: 90, late: 8 },
      { nodeId: 'b', counted: 103, late: 0 },
    ];
    expect(compareCounts(['a', 'b'], oracle, counters)).toEqual({ lost: 2, duplicated: 3, counted: 201 });
    expect(compareCounts(['a', 'b'], oracle, [])).toEqual({ lost: 200, duplicated: 0, counted: 0 });
  });
});

describe('the result of a day', () => {
  let receiver: Receiver;
  const clock = createManualClock(FAULT_MS);
  beforeEach(async () => {
    receiver = await startReceiver(clock, 1);
  });
  afterEach(() => receiver.close());
  const compute = (events = createDayEvents()): DayResult => {
    const oracle = createOracle();
    oracle.played('a', { good: 1, bad: 1 });
    oracle.failed(FAULT_MS * 1_000 + 999, ['delta']);
    const sources = { nodeIds: ['a'], customers: 520, bad: BAD_RELEASE, oracle, receiver, events };
    return resultOf({ ...sources, counters: [{ nodeId: 'a', counted: 2, late: 0 }] });
  };

  it('R104: times count from the first failure to what the receiver and Postgres recorded', () => {
    const events = createDayEvents();
    events.add(alertOn('fleet', 'fleet', FAULT_MS + 900));
    events.add(changed(1_350, FAULT_MS + 2_000));
    const data = { rollbackId: 'r', because: 'all waves', at: FAULT_MS };
    events.add(recorded(3, FAULT_MS + 20_000, event('RollbackCompleted', data)));
    const page = { routing_key: '0'.repeat(32), event_action: 'trigger', dedup_key: 'i' };
    const payload = { summary: 's', source: 's', severity: 'critical' };
    receiver.pagerDuty.enqueue(JSON.stringify({ ...page, payload }), FAULT_MS + 1_000);
    expect(compute(events)).toEqual({
      outcomes: 2,
      nodes: 1,
      customers: 520,
      faultAt: new Date(FAULT_MS).toISOString(),
      detectedAfterMs: 900,
      pagedAfterMs: 1_000,
      rollbackCommandAfterMs: null,
      recoveredAfterMs: 20_000,
      affectedCustomers: 135,
      impactScore: 1_350,
      dollarsPerMinute: 675_000,
      pages: 1,
      commands: 0,
      commandedNodes: [],
      falseAlerts: 0,
      lost: 0,
      duplicated: 0,
    });
  });

  it('what did not happen, came late, was lost or false is a finding', () => {
    const nothing = findingsOf(compute());
    expect(nothing).toHaveLength(Object.keys(BOUNDS_MS).length);
    const good = {
      ...compute(),
      detectedAfterMs: 5_000,
      pagedAfterMs: 6_000,
      rollbackCommandAfterMs: 10_000,
      recoveredAfterMs: 60_000,
    };
    expect(findingsOf(good)).toEqual([]);
    expect(findingsOf({ ...good, pagedAfterMs: 6_001 })).toEqual(['pagedAfterMs: 6001 ms, more than 6000 ms']);
    for (const name of ['lost', 'duplicated', 'falseAlerts'] as const)
      expect(findingsOf({ ...good, [name]: 1 })).toEqual([`${name}: 1, expected 0`]);
  });

  it('people see it beside the real day', () => {
    const text = resultLines(compute()).join('\n');
    expect(text).toContain('not reached');
    for (const minutes of [11, 28, 103, 193]) expect(text).toContain(`${minutes} min`);
  });
});

describe('the server of a day', () => {
  it('has nothing of its user that pages, publishes, keeps alive or switches off another one', () => {
    const foreign = {
      DATABASE_URL: 'postgres://live',
      ADMIN_KEY_FILE: '/run/secrets/admin-key',
      STATUS_WEBHOOK_URL: 'https://status.example',
      DEAD_MAN_URL_FILE: '/run/secrets/dead-man',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      AUTOMATION: 'off',
      RULES: '/etc/tocsin/rules',
      FALL_OVER: 'slack',
      LINK_SECRET_FILE: '/run/secrets/link',
      STATUS_UPDATES: 'review',
      OIDC_ISSUER: 'https://login.example.com',
    };
    const kept = { PATH: '/usr/bin', HOSTNAME: 'laptop', LANG: 'C.UTF-8', LOG_LEVEL: 'debug' };
    expect(ownEnvironment({ ...foreign, ...kept })).toEqual(kept);
  });
});

import { createHash } from 'node:crypto';
import { event, OUTCOME, type Reason, ruleOf, ruleSetSchema } from '#contracts';
import { DEFAULT_RULE_SET } from '#testing';
import { judgeRuleTest } from './judge-rule-test.js';
import { leavingsOf } from './leavings.js';
import { type PlayedEvent, playRuleTest } from './play-rule-test.js';
import type { Expectation, RuleTest } from './rule-test.js';
import { BatchRows, TestedNode } from './tested-node.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const rules = { ruleSet: DEFAULT_RULE_SET, sha256, hash: (text: string) => sha256(text).slice(0, 16) };
const good = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const bad = { softwareVersion: 'v2.1.5', configRev: 'c42' };

const customerOf = (customerId: string) => ({
  customerId,
  name: customerId,
  tier: 'tier1' as const,
  critical: false,
  zone: `${customerId}.example`,
});

const quiet: RuleTest = {
  name: 'a test',
  startsAtMs: Date.UTC(2021, 6, 22, 11, 47),
  runsMs: 30_000,
  fleet: {
    regions: ['us-east', 'europe'].map((region) => ({ region, pops: 2, nodes: 8 })),
    release: good,
    queriesPerSecond: 1_000,
  },
  customers: ['delta', 'ups', 'bbc'].map(customerOf),
  releases: [{ release: good, goodForMs: 172_800_000, nodes: 16, isSafe: true, isRehearsed: true }],
  changes: [],
  silences: [],
  maintenance: [],
  onCall: [],
  obeysAfterMs: undefined,
  expectations: [],
};
const between = (fromMs: number, toMs: number) => ({ fromMs, toMs });
const once = { min: 1, max: 1 };

describe('a played test', () => {
  it('B12: the bad release is found in its cohort, pages once, and is rolled back by nodes that obey', () => {
    const test: RuleTest = {
      ...quiet,
      runsMs: 40_000,
      changes: [
        { atMs: 2_000, where: { share: 0.25 }, deploy: bad },
        { atMs: 10_000, where: { release: 'v2.1.5+c42' }, failing: 0.77 },
      ],
      obeysAfterMs: 5_000,
      expectations: [
        { kind: 'page', what: 'default', count: once, between: between(10_000, 15_000) },
        { kind: 'page', count: once, between: between(0, 40_000) },
        { kind: 'command', what: 'rollback', to: 'v2.1.4+c41', count: once, between: between(10_000, 40_000) },
        { kind: 'alert', rule: 'rollback_error_rate_spike', state: 'firing', at: between(15_000, 15_000) },
        { kind: 'alert', rule: 'dns_query_latency', state: 'inactive', at: between(0, 9_000) },
      ],
    };
    const played = playRuleTest(test, rules);
    const verdict = judgeRuleTest(test, played);
    expect(verdict.verdicts.filter(({ isMet }) => !isMet)).toEqual([]);
    expect(verdict.isPassed).toBe(true);
    expect(playRuleTest(test, rules)).toEqual(played);
  });

  it('a fleet to which nothing happens decides nothing', () => {
    expect(playRuleTest(quiet, rules)).toEqual({ events: [], idle: [] });
  });

  it('R34: customers escalate and are content again; a share of all queries is excluded, and surges over what is normal', () => {
    const of = { comparison: 'above', severity: 'warning', windowMs: 10_000 } as const;
    const ruleSet = ruleSetSchema.parse({
      rules: [
        ruleOf({ ...of, scopes: ['fleet'], name: 'escalated', signal: 'customer_escalations', threshold: 1 }),
        ruleOf({ ...of, scopes: ['fleet'], name: 'excluded', signal: 'excluded_surge', threshold: 500 }),
      ],
    });
    const test: RuleTest = {
      ...quiet,
      runsMs: 60_000,
      changes: [
        { atMs: 2_000, where: {}, escalates: ['delta'] },
        { atMs: 5_000, where: {}, escalates: ['ups', 'bbc'], excluded: 0.02 },
        { atMs: 20_000, where: {}, settles: ['delta', 'ups'], excluded: 0 },
      ],
      expectations: [
        { kind: 'alert', rule: 'escalated', state: 'inactive', at: between(0, 4_750) },
        { kind: 'alert', rule: 'escalated', state: 'firing', at: between(6_000, 20_000) },
        { kind: 'alert', rule: 'escalated', state: 'inactive', at: between(40_000, 40_000) },
        { kind: 'alert', rule: 'excluded', state: 'inactive', at: between(0, 4_750) },
        { kind: 'alert', rule: 'excluded', state: 'firing', at: between(10_000, 20_000) },
        { kind: 'alert', rule: 'excluded', state: 'inactive', at: between(59_000, 59_000) },
      ],
    };
    const verdict = judgeRuleTest(test, playRuleTest(test, { ...rules, ruleSet }));
    expect(verdict.verdicts.filter(({ isMet }) => !isMet)).toEqual([]);
    expect(verdict.isPassed).toBe(true);
  });

  it.each([{ escalates: ['dleta'] }, { settles: ['delta'] }])(
    'R34: %j of nobody who could fails the test',
    (change) => {
      const changes = [{ atMs: 1_000, where: {}, ...change }];
      const verdict = judgeRuleTest({ ...quiet, changes }, playRuleTest({ ...quiet, changes, runsMs: 2_000 }, rules));
      expect(verdict).toMatchObject({ isPassed: false, faults: [expect.stringContaining('concerned nothing')] });
    },
  );

  it('a change that concerns no node, and one behind the end, fail the test that means something else', () => {
    const changes = [
      { atMs: 1_000, where: { region: 'eurpe' }, failing: 0.5 },
      { atMs: 31_000, where: {}, failing: 0.5 },
    ];
    const test = { ...quiet, changes };
    const verdict = judgeRuleTest(test, playRuleTest(test, rules));
    expect(verdict).toMatchObject({ isPassed: false, verdicts: [] });
    expect(verdict.faults).toEqual([
      'the change at 1s concerned nothing: nodes in eurpe',
      'the change at 31s concerned nothing: nodes',
    ]);
  });
});

describe('a tested node', () => {
  it('meets shares to one outcome for each customer, without chance', () => {
    const conduct = {
      release: good,
      failing: 0.013,
      timeouts: 0.3,
      excluded: 0,
      medianMs: 15,
      queriesPerSecond: 777,
      isSilent: false,
      serverBootId: 1,
      failingOf: new Map([['ups', 0.5]]),
    };
    const node = new TestedNode('n1', 'p1', 'europe', conduct, quiet.customers);
    const sums = quiet.customers.map(() => ({ good: 0, servfail: 0, timeout: 0 }));
    for (let tick = 0; tick < 400; tick += 1) {
      const batch = node.batch(tick, 1, new BatchRows(3));
      batch?.outcome.forEach((outcome, row) => {
        const sum = sums[batch.zoneIx[row]!]!;
        const name = outcome === OUTCOME.answer ? 'good' : outcome === OUTCOME.timeout ? 'timeout' : 'servfail';
        sum[name] += batch.weight?.[row] ?? 0;
      });
    }
    // 100 s of 777 queries a second, for three customers.
    const each = 25_900;
    for (const [index, failing] of [0.013, 0.5, 0.013].entries()) {
      expect(Math.abs(sums[index]!.good - each * (1 - failing))).toBeLessThanOrEqual(1);
      expect(Math.abs(sums[index]!.servfail - each * failing * 0.7)).toBeLessThanOrEqual(1);
      expect(Math.abs(sums[index]!.timeout - each * failing * 0.3)).toBeLessThanOrEqual(1);
    }
  });
});

describe('a verdict', () => {
  const reason: Reason = {
    rule: 'r',
    signal: 'success_rate',
    text: 'success 80 % < 99 % over 1m',
    value: 80,
    threshold: 99,
    windowMs: 60_000,
    good: 80,
    bad: 20,
    tick: 1,
    coverage: 1,
  };
  const alert = { alertId: 'a1', rule: 'r', scope: 'fleet', key: 'fleet', severity: 'critical' } as const;
  const events: PlayedEvent[] = [
    { afterMs: 5_250, event: event('AlertFired', { ...alert, reason, at: 1 }) },
    { afterMs: 90_000, event: event('AlertBecameUnknown', { alertId: 'a1', because: 'no node reports', at: 2 }) },
    { afterMs: 95_000, event: event('AlertResolved', { alertId: 'a1', reason, at: 3 }) },
  ];
  const judge = (expectation: Expectation) => {
    const test = { ...quiet, expectations: [expectation] };
    return judgeRuleTest(test, { events, idle: [] }).verdicts[0]!;
  };
  const alertIs = (state: Extract<Expectation, { kind: 'alert' }>['state'], fromMs: number, toMs = fromMs) =>
    judge({ kind: 'alert', rule: 'r', state, on: 'fleet', at: between(fromMs, toMs) }).isMet;

  it('reads states at a moment, and those that are reached within a stretch', () => {
    expect([alertIs('inactive', 5_000), alertIs('firing', 5_000)]).toEqual([true, false]);
    expect([alertIs('firing', 5_250), alertIs('firing', 89_999), alertIs('unknown', 90_000)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([alertIs('firing', 90_000, 99_000), alertIs('unknown', 0, 90_000)]).toEqual([false, true]);
    expect([alertIs('inactive', 95_000, 99_000), alertIs('inactive', 0, 99_000)]).toEqual([true, false]);
  });

  it('says what there was in place of what was expected, and when', () => {
    expect(judge({ kind: 'alert', rule: 'r', state: 'inactive', at: between(0, 91_000) })).toMatchObject({
      text: 'alert r is inactive between 0s and 1m31s',
      found: [
        'it was inactive, then firing, then unknown',
        '     5.25s  r on fleet is firing: success 80 % < 99 % over 1m',
        '     1m30s  r on fleet is unknown: no node reports',
        '     1m35s  r on fleet is inactive: success 80 % < 99 % over 1m',
      ],
    });
    expect(judge({ kind: 'page', count: once, between: between(0, 60_000) })).toMatchObject({
      text: '1 page between 0s and 1m',
      found: ['there were 0', 'nothing of the kind happened'],
    });
    expect(judge({ kind: 'page', count: { min: 0, max: 0 }, between: between(0, 60_000) }).isMet).toBe(true);
  });

  it('of a page that is held back counts it when it leaves, with who was called above it meanwhile, to who has duty then', () => {
    const byTier = { tier1: 0, tier2: 0, tier3: 0 };
    const impact = { affectedCustomers: 0, byTier, score: 0, dollarsPerMinute: 0, top: [] };
    const mute = { by: 'silence', id: 's1', untilMs: 60_000, because: 'silenced by ana: work' } as const;
    const opened = { ...alert, incidentId: 'i1', title: 'DNS fails', reason, impact, muted: mute, at: 1 };
    const held: PlayedEvent[] = [
      { afterMs: 1_000, event: event('IncidentOpened', opened) },
      {
        afterMs: 2_000,
        event: event('IncidentEscalated', { incidentId: 'i1', to: 'vp', alertId: 'a1', because: 'b', at: 2 }),
      },
      { afterMs: 60_000, event: event('IncidentUnmuted', { incidentId: 'i1', alertId: 'a1', because: 'over', at: 3 }) },
    ];
    const onCall = [
      { policy: 'default', person: 'alice', between: between(0, 59_000) },
      { policy: 'default', person: 'bob', between: between(0, 90_000) },
    ];
    expect(leavingsOf(held, onCall).map(({ afterMs, kind, what, to }) => [afterMs, kind, what, to])).toEqual([
      [1_000, 'muted', 'silence', undefined],
      [60_000, 'page', 'default', 'bob'],
      [60_000, 'page', 'vp', undefined],
    ]);
    const redirect = { redirectId: 'rd1', step: 'resume' } as const;
    const trouble = event('IncidentEscalated', {
      incidentId: 'i1',
      to: 'vp',
      alertId: 'a1',
      because: 'b',
      redirect,
      at: 2,
    });
    const told = leavingsOf([held[0]!, { afterMs: 3_000, event: trouble }, held[2]!], onCall);
    // Whoever silenced the alert does not know what was done about it: that call is not held back, and is not made again.
    expect(told.filter(({ what }) => what === 'vp').map(({ afterMs }) => afterMs)).toEqual([3_000]);
    const never = { count: { min: 0, max: 0 }, between: between(0, 59_000) };
    const test = { ...quiet, onCall, expectations: [{ kind: 'page' as const, ...never }] };
    expect(judgeRuleTest(test, { events: held, idle: [] }).isPassed).toBe(true);
  });
});

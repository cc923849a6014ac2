import { type Rule, ruleSetSchema, SLOT_MS, TICK_MS } from '#contracts';
import { DEFAULT_RULES, LAST_TICK, ORIGIN_TICK, recordStory, replayOf, SOURCES } from '#testing';
import type { TickView } from '../rule/tick-view.js';
import { signalView } from '../signal/signal-view.fixture.js';
import { scoreDecisions, regressions } from './backtest.js';
import type { Fault } from './faults.js';
import { faultAt, faultsOf } from './faults.js';
import type { Replay, ReplayOptions } from './replay.js';
import { Sweep } from './sweep.js';

const story = recordStory();
/** It has the fast path, which a rule below 98.03 % cannot have. */
const rule = DEFAULT_RULES.find(({ name }) => name === 'dns_resolution_success_rate')!;
const latency = DEFAULT_RULES.find(({ name }) => name === 'dns_query_latency')!;
const withoutFastPath = { ...rule, fastPath: false };
const endMs = (LAST_TICK + 1) * TICK_MS;

const replayed = (changes: Partial<ReplayOptions> = {}): Replay => {
  const replay = replayOf(story, changes);
  SOURCES.forEach((_, source) => story.records[source]!.forEach((record) => replay.add(source, record)));
  replay.end();
  return replay;
};
const setOf = (threshold: number, changes: Partial<Rule> = {}) =>
  ruleSetSchema.parse({ rules: [{ ...(threshold < 98.03 ? withoutFastPath : rule), ...changes, threshold }] });
/** When the engine itself fires with one threshold, cohort or fleet, in order. */
const firings = (threshold: number, changes: Partial<Rule> = {}): readonly number[] =>
  replayed({ other: setOf(threshold, changes) })
    .decisions.flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'AlertFired' && event.data.rule === rule.name ? [event.data.at] : []));

describe('a sweep', () => {
  const fault: Fault = { name: 'the release', fromMs: ORIGIN_TICK * TICK_MS + 2_000, toMs: endMs, earlyMs: 0 };
  const swept = new Sweep({
    rule,
    thresholds: [10, 95, 99],
    windowsMs: [10 * SLOT_MS, 60 * SLOT_MS],
    forsMs: [0, 2_000],
    faults: [fault],
  });
  replayed({ observe: swept.observe, keptFor: [{ ...rule, windowMs: 10 * SLOT_MS }] });
  const row = (threshold: number, windowMs: number, forMs: number) =>
    swept.rows().find((each) => each.threshold === threshold && each.windowMs === windowMs && each.forMs === forMs)!;

  it.each([10, 95, 99])('B14: with the rule as it is, fires when the engine does (threshold %i)', (threshold) => {
    const { alerts, firstDelayMs, falseAlarms } = row(threshold, 60_000, 0);
    const expected = firings(threshold);
    expect({ alerts, falseAlarms }).toEqual({ alerts: expected.length, falseAlarms: 0 });
    expect(firstDelayMs).toBe(expected[0] === undefined ? null : expected[0] - fault.fromMs);
  });

  it('B14: says which path decided, and of thresholds that cannot have the fast path that there is none', () => {
    // So many outcomes that the window is later than the test.
    const [fast, slow] = [rule, withoutFastPath].map((tried) => {
      const patient = { ...tried, outcomesMin: 5_000 };
      const sweep = new Sweep({
        rule: patient,
        thresholds: [95, 99],
        windowsMs: [60_000],
        forsMs: [0],
        faults: [fault],
      });
      replayed({ observe: sweep.observe });
      return sweep.rows();
    });
    expect(fast!.map(({ byFastPath }) => byFastPath)).toEqual([null, expect.any(Number)]);
    expect(slow!.map(({ byFastPath }) => byFastPath)).toEqual([null, null]);
    expect(fast![1]!.byFastPath).toBeGreaterThan(0);
    expect(fast![1]!.firstDelayMs).toBe(firings(99, { outcomesMin: 5_000 })[0]! - fault.fromMs);
    expect(fast![1]!.firstDelayMs).toBeLessThan(slow![1]!.firstDelayMs!);
    expect(fast![0]).toEqual(slow![0]);
  });

  it.each([
    [['region', 'node'], {}],
    [['release_region'], { region: ['nowhere'] }],
  ] as const)('B14: follows what the rule is for: %j where %j', (scopes, where) => {
    const own = { scopes: [...scopes], where, fastPath: false, confidence: undefined } as Partial<Rule>;
    const sweep = new Sweep({
      rule: { ...rule, ...own },
      thresholds: [95],
      windowsMs: [60_000],
      forsMs: [0],
      faults: [fault],
    });
    replayed({ observe: sweep.observe });
    const expected = firings(95, own);
    expect(expected.length > 0).toBe(!('region' in where));
    expect(sweep.rows()[0]?.alerts).toBe(expected.length);
  });

  it.each([
    ['above', [200, 500]],
    ['below', [500, 200]],
  ] as const)('B14: the order of thresholds changes nothing where a bound decides: %s', (comparison, thresholds) => {
    // p95 is 400 ms, and at least 150 ms: 200 ms is not surely passed.
    const slow = signalView({
      cells: { fleet: { fleet: { good: 1_000 } } },
      percentile: (_family, _keys, rank) => (rank >= 0.95 ? 400_000 : 150_000),
      attendance: () => ({ expected: 1, live: [{}] as unknown as TickView['nodes'], watermarkSlot: undefined }),
    });
    const tried = { ...latency, scopes: ['fleet' as const], comparison };
    const alertsOf = (order: readonly number[]) => {
      const sweep = new Sweep({ rule: tried, thresholds: order, windowsMs: [60_000], forsMs: [0], faults: [] });
      sweep.observe(slow);
      return Object.fromEntries(sweep.rows().map(({ threshold, alerts }) => [threshold, alerts]));
    };
    const expected = { 200: Number(comparison === 'below'), 500: Number(comparison === 'below') };
    expect([alertsOf(thresholds), alertsOf(thresholds.toReversed())]).toEqual([expected, expected]);
  });

  it('waits for as long as it is told, and a shorter window is not later', () => {
    expect(row(95, 60_000, 2_000).firstDelayMs).toBe(row(95, 60_000, 0).firstDelayMs! + 2_000);
    expect(row(95, 10_000, 0).firstDelayMs).toBeLessThanOrEqual(row(95, 60_000, 0).firstDelayMs!);
  });

  it('calls an alarm false that belongs to no fault', () => {
    const alone = new Sweep({ rule, thresholds: [99], windowsMs: [60_000], forsMs: [0], faults: [] });
    replayed({ observe: alone.observe });
    const [only] = alone.rows();
    expect(only).toMatchObject({ detected: 0, firstDelayMs: null, falseAlarms: only!.alerts });
    expect(only!.alerts).toBeGreaterThan(0);
  });

  it('takes a bounded number of combinations', () => {
    const many = Array.from({ length: 101 }, (_, index) => index);
    const options = { rule, thresholds: many, windowsMs: [1_000, 2_000], forsMs: [0, 1, 2, 3, 4], faults: [] };
    expect(() => new Sweep(options)).toThrow('sweep 1010 combinations: at most 1000');
  });
});

describe('a backtest', () => {
  const faults = faultsOf(story.events, endMs);
  const score = (changes: Partial<ReplayOptions> = {}) =>
    scoreDecisions(replayed(changes).decisions, faults, ['never']);

  it('scores each rule against what was really wrong', () => {
    const { rules, pages, falsePages, rollbacks } = score();
    expect({ pages, falsePages, rollbacks }).toEqual({ pages: 1, falsePages: 0, rollbacks: 1 });
    expect(rules.find((each) => each.rule === rule.name)).toMatchObject({ detected: 1, falseAlerts: 0 });
    expect(rules.find((each) => each.rule === 'never')).toMatchObject({ alerts: 0, detected: 0, delayMs: null });
  });

  it('tells a fault that is missed, one that is found later, and pages for nothing', () => {
    const before = score();
    // Without a rule that finds it the gate of its rollout does.
    const withoutRules = score({ other: setOf(1) });
    expect(withoutRules.delaysMs).not.toContain(null);
    const missed = { ...withoutRules, delaysMs: [null] };
    expect(regressions(before, missed, faults)).toEqual([{ what: 'missed', detail: faults[0]!.name }]);
    expect(regressions(missed, before, faults)).toEqual([]);
    const later = { ...before, delaysMs: [before.delaysMs[0]! + 1_000], falsePages: 2 };
    expect(regressions(before, later, faults).map(({ what }) => what)).toEqual(['later', 'false_pages']);
  });

  it('counts what a window still holds after a fault as its own, and nothing before it', () => {
    const fault = { name: '', fromMs: 1_000, toMs: 2_000, earlyMs: 0 };
    expect([999, 1_000, 2_500, 2_501].map((atMs) => faultAt([fault], atMs, 500))).toEqual([-1, 0, 0, -1]);
  });
});

import { ruleOf } from '#contracts';
import { EngineStory } from '#testing';
import type { Rule } from '../rule/rule.js';

const GOOD = 'v2.1.4+c41';
const BAD = 'v2.1.5+c42';
/** Outcomes per second of the whole fleet: so many that confidence costs nothing. */
const QPS = 200_000;
const FAULT_S = 4;
const PLAYED_S = 40;

const below = (name: string, threshold: number, windowMs: number): Rule =>
  ruleOf({ name, signal: 'success_rate', comparison: 'below', threshold, windowMs, severity: 'critical' });
const spike = (name: string, threshold: number, windowMs: number): Rule =>
  ruleOf({ name, signal: 'error_rate_spike', comparison: 'above', threshold, windowMs, severity: 'critical' });

/** The columns of the study's table; more than 10 % failing is less than 90 % success. */
const RULES: readonly Rule[] = [
  spike('spike_1000_30s', 1_000, 30_000),
  spike('spike_500_1m', 500, 60_000),
  below('success_99.5_1m', 99.5, 60_000),
  // R17 as it is shipped.
  { ...below('success_99_1m', 99, 60_000), confidence: 0.95 },
  below('success_90_1m', 90, 60_000),
  below('success_95_2m', 95, 120_000),
];

/** Seconds from the onset to the alert of each rule, for the fleet and for the cohort of the bad release. */
const trips = (share: number, rules = RULES) => {
  const place = { pop: 'iad', region: 'us-east' };
  const story = new EngineStory({
    customers: [],
    rules,
    build: (fleet) => {
      fleet.add({ ...place, nodeId: 'good', release: GOOD, qps: QPS * (1 - share) });
      fleet.add({ ...place, nodeId: 'bad', release: BAD, qps: QPS * share });
    },
  });
  story.play(FAULT_S);
  story.fleet.nodes[1]!.failing = 0.77;
  story.play(PLAYED_S);
  const since = (scope: string, rule: string): number | undefined => {
    const at = story.firstS('AlertFired', (data) => data.scope === scope && data.rule === rule);
    return at === undefined ? undefined : at - FAULT_S;
  };
  return {
    fleet: rules.map(({ name }) => since('fleet', name)),
    cohort: rules.map(({ name }) => since('release_region', name)),
  };
};

/** A slot of a second is the end of every window: until it is over, the window is up to a second shorter. */
const SLOT_S = 1;

describe('when a bad release trips the rules, by its share of the traffic', () => {
  it.each([
    { share: 0.01, expected: [17.5, 15.6, 35.1, undefined, undefined, undefined] },
    { share: 0.05, expected: [3.5, 3.1, 7.0, 14.8, undefined, undefined] },
    { share: 0.25, expected: [0.7, 0.6, 1.4, 3.0, 31.0, 30.9] },
  ])(
    'R14, R15, R17, R20, R26, R28: at $share the windows trip after the seconds that were computed',
    ({ share, expected }) => {
      const { fleet } = trips(share);
      expect(fleet.map((each) => each === undefined)).toEqual(expected.map((each) => each === undefined));
      for (const [index, each] of fleet.entries())
        expect(Math.abs((each ?? 0) - (expected[index] ?? 0))).toBeLessThanOrEqual(SLOT_S);
    },
  );

  it('B5, R17: a canary of 1 % is seen in its cohort at once, and never by the success of the fleet', () => {
    const [, , , r17] = RULES;
    const { fleet, cohort } = trips(0.01, [{ ...r17!, fastPath: true }]);
    expect(fleet).toEqual([undefined]);
    expect(cohort).toEqual([0.5]);
    expect(
      trips(0.01)
        .cohort.slice(2, 4)
        .every((each) => each! <= 1),
    ).toBe(true);
  });
});

import { ruleOf } from '#contracts';
import { readFixed, signalView } from './signal-view.fixture.js';

const COHORTS = {
  fleet: { fleet: { good: 9_000, bad: 1_000, excluded: 10_000 } },
  release_region: {
    'v1|europe': { good: 6_000, bad: 0 },
    'v1|us-east': { good: 2_500, bad: 500, excluded: 10_000 },
    'v2|us-east': { good: 500, bad: 500 },
  },
  outcome: {
    'v1|us-east|servfail': { bad: 500 },
    'v2|us-east|servfail': { bad: 400 },
    'v2|us-east|nxdomain': { good: 90 },
  },
  node: { n1: { good: 90, bad: 10 }, n2: { good: 100, bad: 0 } },
} as const;
const view = signalView({
  cells: COHORTS,
  fleet: [
    { nodeId: 'n1', pop: 'fra1', region: 'europe' },
    { nodeId: 'n2', pop: 'fra1', region: 'europe' },
  ],
});

describe('shares of outcomes', () => {
  it('R14: the failure rate is bad of good and bad, with what it is at least; of a region, a release, a PoP too', () => {
    expect(readFixed('failure_rate', view)).toMatchObject({ value: 10, good: 9_000, bad: 1_000 });
    expect(readFixed('failure_rate', view).atLeast).toBeCloseTo(9.1, 1);
    const of = (scope: 'region' | 'release' | 'release_region' | 'pop' | 'node', key: string) =>
      readFixed('failure_rate', view, {}, { scope, key }).value;
    expect(of('region', 'europe')).toBe(0);
    expect(of('region', 'us-east')).toBe(25);
    expect(of('release', 'v2')).toBe(50);
    expect(of('release_region', 'v2|us-east')).toBe(50);
    expect(of('pop', 'fra1')).toBe(5);
    expect(of('node', 'n1')).toBe(10);
    expect(of('region', 'asia')).toBe('unknown');
  });

  it('R14: a bound is as sure as the rule asks for, and absent where it asks for none', () => {
    const atLeast = (confidence: number) => readFixed('failure_rate', view, { confidence }).atLeast;
    expect(atLeast(0.9)).toBeGreaterThan(Number(atLeast(0.999)));
    expect(atLeast(0.999999)).toBeLessThan(Number(atLeast(0.999)));
    expect(atLeast(0)).toBeUndefined();
  });

  it('R4: the share of one outcome is of all outcomes, by cohort, region, release and fleet', () => {
    const share = (rule: Parameters<typeof readFixed>[2], scope: 'fleet' | 'region' | 'release', key: string) =>
      readFixed('outcome_share', view, rule, { scope, key }).value;
    expect(share({ outcome: 'servfail' }, 'fleet', 'fleet')).toBeCloseTo(4.5, 9);
    expect(share({ outcome: 'servfail' }, 'release', 'v2')).toBe(40);
    expect(share({ outcome: 'nxdomain' }, 'release', 'v2')).toBe(9);
    expect(share({ outcome: 'servfail' }, 'region', 'us-east')).toBeCloseTo((100 * 900) / 14_000, 9);
    expect(share({ outcome: 'wrong_answer' }, 'release', 'v2')).toBe(0);
    expect(readFixed('outcome_share', view, { outcome: 'servfail' }, { scope: 'node', key: 'n1' }).value).toBe(
      'unknown',
    );
  });

  it('the excluded class shows where success does not: a filter that hides failures, an attack', () => {
    expect(readFixed('excluded_share', view)).toMatchObject({ value: 50, good: 10_000, bad: 10_000 });
    expect(readFixed('excluded_share', view, {}, { scope: 'region', key: 'europe' }).value).toBe(0);
  });

  it('an excluded surge is against the own baseline, else that of the fleet; without one unknown', () => {
    expect(readFixed('excluded_surge', view).value).toBe('unknown');
    const now = Math.floor(view.endSlot / 60);
    const minutes = Array.from({ length: 60 }, (_unused, index) => now - 5 - index);
    const seeded = signalView({ cells: COHORTS });
    seeded.memory.seedMinutes(
      minutes.flatMap((minute) => [
        { key: 'fleet', minute, good: 900, bad: 0, excluded: 100 },
        { key: 'v1|us-east', minute, good: 500, bad: 0, excluded: 500 },
      ]),
    );
    expect(readFixed('excluded_surge', seeded).value).toBeCloseTo(500, 6);
    const cohort = { scope: 'release_region', key: 'v1|us-east' } as const;
    expect(readFixed('excluded_surge', seeded, {}, cohort).value).toBeCloseTo((100 * (10_000 / 13_000)) / 0.5, 6);
    expect(readFixed('excluded_surge', seeded, {}, { scope: 'release', key: 'v2' }).value).toBe(0);
  });

  it('R57, R93: failing regions are counted, and the detail says how much of each fails, the worst first', () => {
    expect(readFixed('failing_regions', view)).toMatchObject({ value: 1, detail: '1 failing regions: us-east 25.0 %' });
  });

  it('the burn rate of a short window is the failure ratio against what may fail', () => {
    const { objective, ...short } = { objective: 0.999, windowMs: 300_000 };
    expect(readFixed('burn_rate', view, { ...short, objective }).value).toBeCloseTo(100, 6);
  });

  it('a burn rate of hours is read from minutes, and minutes that nobody knows burn nothing', () => {
    const now = Math.floor(view.endSlot / 60);
    const known = signalView({ cells: { fleet: { fleet: { good: 0, bad: 0 } } } });
    const bad = (minute: number) => ({ key: 'fleet', minute, good: 900, bad: 100, excluded: 0 });
    known.memory.seedMinutes(Array.from({ length: 300 }, (_unused, index) => bad(now - 2 - index)));
    const burn = (windowMs: number) => readFixed('burn_rate', known, { objective: 0.999, windowMs }).value;
    expect(burn(3_600_000)).toBeCloseTo(100, 6);
    expect(burn(36_000_000)).toBeGreaterThan(49);
    expect(burn(36_000_000)).toBeLessThan(52);
    expect(
      ruleOf({
        name: 'slo',
        signal: 'burn_rate',
        comparison: 'above',
        threshold: 1,
        windowMs: 259_200_000,
        severity: 'warning',
      }).windowMs,
    ).toBe(259_200_000);
    expect(burn(259_200_000)).toBeCloseTo((100 * 300) / 4_320, 0);
  });
});

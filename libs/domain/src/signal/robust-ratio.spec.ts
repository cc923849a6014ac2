import fc from 'fast-check';
import { BASELINE_MINUTES, POOL_MINUTES, type RatioMinute, robustRatio } from './robust-ratio.js';

const NORMAL = 0.0005;
/** Minutes of a fleet of 10,000 outcomes a minute: so many, failing as told. */
const minutes = (count: number, failing: (minute: number) => number): readonly RatioMinute[] =>
  Array.from({ length: count }, (_unused, minute) => ({ minute, part: 10_000 * failing(minute), whole: 10_000 }));
const ratioOf = (all: readonly RatioMinute[], now: number): number | 'unknown' =>
  robustRatio(all.filter(({ minute }) => minute > now - BASELINE_MINUTES && minute <= now));

/** The same, said in the plainest words. */
const plainly = (all: readonly RatioMinute[]): number | 'unknown' => {
  if (all.length < 10 || all.reduce((sum, { whole }) => sum + whole, 0) < 10_000) return 'unknown';
  const pools = [...new Set(all.map(({ minute }) => Math.floor(minute / POOL_MINUTES)))]
    .map((pool) => all.filter(({ minute }) => Math.floor(minute / POOL_MINUTES) === pool))
    .map((pool) => [pool.reduce((sum, { part }) => sum + part, 0), pool.reduce((sum, { whole }) => sum + whole, 0)])
    .filter(([, whole]) => whole !== 0)
    .map(([part = 0, whole = 0]) => part / whole)
    .toSorted((a, b) => a - b);
  const half = pools.length / 2;
  if (pools.length === 0) return 0;
  return pools.length % 2 === 1 ? pools[half - 0.5]! : (pools[half - 1]! + pools[half]!) / 2;
};

describe('a robust baseline', () => {
  it('C7: an outage of 40 minutes does not become the baseline, though nobody opened an incident for it', () => {
    const failing = (minute: number): number => (minute >= 200 && minute < 240 ? 0.77 : NORMAL);
    const all = minutes(500, failing);
    for (let now = 200; now < 500; now += 1) expect(ratioOf(all, now)).toBeCloseTo(NORMAL, 8);
  });

  it('C7: nor does one of 80 minutes; a new normal is taken over after an hour and a half, and not before 80 minutes', () => {
    const all = minutes(500, (minute) => (minute >= 200 ? 0.01 : NORMAL));
    expect(ratioOf(all, 279)).toBeCloseTo(NORMAL, 8);
    expect(ratioOf(all, 200 + 100)).toBeCloseTo(0.01, 8);
  });

  it('a slow drift is followed, an hour and a half behind', () => {
    const all = minutes(1_000, (minute) => NORMAL * (1 + minute / 500));
    const found = ratioOf(all, 999);
    expect(found).toBeGreaterThan(NORMAL * (1 + 890 / 500));
    expect(found).toBeLessThan(NORMAL * (1 + 930 / 500));
  });

  it('is what the plain words say', () => {
    const any = fc.uniqueArray(
      fc.record({ minute: fc.nat({ max: 200 }), part: fc.nat({ max: 500 }), more: fc.nat({ max: 3_000 }) }),
      { selector: ({ minute }) => minute, maxLength: 60 },
    );
    fc.assert(
      fc.property(any, (drawn) => {
        const all = drawn.map(({ minute, part, more }) => ({ minute, part, whole: part + more }));
        const [found, expected] = [robustRatio(all), plainly(all)];
        if (expected === 'unknown') expect(found).toBe('unknown');
        else expect(found).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('whatever less than half of the pools hold, it stays within what the others hold', () => {
    const outage = fc.tuple(
      fc.nat({ max: 120 }),
      fc.integer({ min: 1, max: 70 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(outage, ([from, length, failing]) => {
        const found = robustRatio(minutes(180, (each) => (each >= from && each < from + length ? failing : NORMAL)));
        expect(found).toBeCloseTo(NORMAL, 8);
      }),
    );
  });
});

import fc from 'fast-check';
import {
  bucketCount,
  bucketIndex,
  bucketMidpointUs,
  coarsenIndex,
  LATENCY_US_MAX,
  percentileOf,
  type Sub,
} from './histogram.js';

const SUBS: readonly Sub[] = [32, 16, 8];
const latency = fc.oneof(
  fc.integer({ min: 0, max: LATENCY_US_MAX }),
  fc.integer({ min: 0, max: 26 }).chain((octave) => fc.integer({ min: 0, max: Math.min(2 ** octave, LATENCY_US_MAX) })),
);
const histogramOf = (values: readonly number[], sub: Sub): Uint32Array => {
  const buckets = new Uint32Array(bucketCount(sub));
  for (const value of values) buckets[bucketIndex(value, sub)]! += 1;
  return buckets;
};

describe('buckets', () => {
  it('are 704, 368 and 192', () => {
    expect(SUBS.map(bucketCount)).toEqual([704, 368, 192]);
  });

  it.each(SUBS)('sub %d: the midpoint is within 1 / (2 sub) of every value', (sub) => {
    fc.assert(
      fc.property(latency, (value) => {
        const midpoint = bucketMidpointUs(bucketIndex(value, sub), sub);
        expect(Math.abs(midpoint - value)).toBeLessThanOrEqual(value / (2 * sub));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(SUBS)(
    'sub %d: indices grow with the value, without a hole, and longer latencies fall into the last',
    (sub) => {
      let last = -1;
      for (let value = 0; value <= 2 ** 14; value += 1) {
        const index = bucketIndex(value, sub);
        expect(index - last === 0 || index - last === 1).toBe(true);
        last = index;
      }
      expect(bucketIndex(LATENCY_US_MAX, sub)).toBe(bucketCount(sub) - 1);
      expect(bucketIndex(0xffff_fffe, sub)).toBe(bucketCount(sub) - 1);
    },
  );

  it('coarsen exactly from 32 to 8', () => {
    fc.assert(
      fc.property(latency, (value) => {
        expect(coarsenIndex(bucketIndex(value, 32))).toBe(bucketIndex(value, 8));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('percentileOf', () => {
  it.each(SUBS)('R6: sub %d: as the sorted latencies say, within the stated error; timeouts rank above all', (sub) => {
    const q = fc.constantFrom(0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1);
    fc.assert(
      fc.property(fc.array(latency, { maxLength: 60 }), fc.nat({ max: 20 }), q, (values, timeouts, share) => {
        const sorted = values.toSorted((a, b) => a - b);
        const rank = Math.ceil(Number((share * (values.length + timeouts)).toFixed(6)));
        const found = percentileOf(histogramOf(values, sub), timeouts, share, sub);
        const exact = values.length + timeouts === 0 ? 'unknown' : (sorted[Math.max(rank, 1) - 1] ?? 'timeout');
        const isNear =
          typeof exact === 'number' && typeof found === 'number'
            ? Math.abs(found - exact) <= exact / (2 * sub)
            : found === exact;
        expect({ found, exact, isNear }).toMatchObject({ isNear: true });
      }),
      { numRuns: 500 },
    );
  });

  it('R6: 6 % timeouts make p95 a timeout, 5 % do not', () => {
    const healthy = (count: number) => histogramOf(Array<number>(count).fill(15_000), 32);
    expect(percentileOf(healthy(94), 6, 0.95, 32)).toBe('timeout');
    expect(percentileOf(healthy(95), 5, 0.95, 32)).toBeCloseTo(15_000, -3);
  });
});

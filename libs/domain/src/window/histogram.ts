import type { Percentile } from './window-sum.js';

/**
 * Log-linear latency histogram: each octave is cut into `sub` buckets of equal width, from 1 µs to 67 s (26 octaves). Counts of
 * equal buckets add and subtract, so merging never costs accuracy. Source of the formulas: HdrHistogram's layout, with clz32.
 * A value below `sub` has its own bucket; the worst relative error of a bucket's midpoint is 1 / (2 × sub): 1.56 % for 32, 3.1 %
 * for 16, 6.25 % for 8.
 */
export type Sub = 32 | 16 | 8;

/** The largest latency told apart, 2^26 - 1 µs; longer ones count in the last bucket. */
export const LATENCY_US_MAX = 2 ** 26 - 1;

const bitsOf = (sub: number): number => 31 - Math.clz32(sub);

/** Buckets of a histogram: 704 for 32, 368 for 16, 192 for 8, none for 0. */
export const bucketCount = (sub: Sub | 0): number => (sub === 0 ? 0 : (27 - bitsOf(sub)) * sub);

/** The bucket of a latency. */
export const bucketIndex = (latencyUs: number, sub: Sub): number => {
  const value = latencyUs > LATENCY_US_MAX ? LATENCY_US_MAX : latencyUs;
  if (value < sub) return value;
  const bits = bitsOf(sub);
  const octave = 31 - Math.clz32(value);
  return ((octave - bits + 1) << bits) + ((value >>> (octave - bits)) & (sub - 1));
};

/** The middle of a bucket, µs: what a percentile reports. */
export const bucketMidpointUs = (index: number, sub: Sub): number => {
  if (index < sub) return index;
  const bits = bitsOf(sub);
  const shift = (index >> bits) - 1;
  const lowest = (sub + (index & (sub - 1))) << shift;
  return lowest + (2 ** shift - 1) / 2;
};

/** The bucket with 8 sub-buckets in which all of a bucket with 32 lies: coarsening is exact. */
export const coarsenIndex = (index32: number): number =>
  index32 < 32 ? bucketIndex(index32, 8) : (((index32 >> 5) + 2) << 3) + ((index32 & 31) >> 2);

/** Against 0.95 × 20 = 19.000000000000004. */
const RANK_SLACK = 1e-9;

/**
 * The percentile (nearest rank, 0 < q <= 1) of latencies and timeouts: a timeout is slower than every latency, so it can itself
 * be the answer. Outcomes without a latency are in neither.
 */
export const percentileOf = (buckets: ArrayLike<number>, timeouts: number, q: number, sub: Sub): Percentile => {
  let known = 0;
  for (let i = 0; i < buckets.length; i += 1) known += buckets[i] ?? 0;
  if (known + timeouts === 0) return 'unknown';
  let rank = Math.max(1, Math.ceil(q * (known + timeouts) - RANK_SLACK));
  if (rank > known) return 'timeout';
  for (let i = 0; i < buckets.length; i += 1) {
    rank -= buckets[i] ?? 0;
    if (rank <= 0) return bucketMidpointUs(i, sub);
  }
  return 'timeout';
};

import type { SimulatedCustomer } from './customers.js';
import { createRandom, type Random, shuffled } from './random.js';

/** Zipf's exponent of DNS zones; 1.05 is what the fold was measured with, and what keeps the smallest zone alive in a window. */
export const ZIPF_EXPONENT = 1.05;

/** Who is asked for, and how often. */
export interface ZonePicker {
  readonly zones: readonly string[];
  /** Index into `zones`. */
  readonly pick: (random: Random) => number;
  /** The probability of each zone. */
  readonly share: (zone: number) => number;
}

/** Zones in order of popularity: larger customers first, by chance among equals. */
export const rankedZones = (customers: readonly SimulatedCustomer[], seed: number): string[] => {
  const random = createRandom(seed, 'popularity');
  return (['tier1', 'tier2', 'tier3'] as const).flatMap((tier) =>
    shuffled(
      customers.filter((customer) => customer.tier === tier).flatMap(({ zones }) => zones),
      random,
    ),
  );
};

/** Draws zones after Zipf: the k-th most popular has weight k^-s. */
export const createZonePicker = (zones: readonly string[]): ZonePicker => {
  const weights = zones.map((_, index) => (index + 1) ** -ZIPF_EXPONENT);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let running = 0;
  const upTo = Float64Array.from(weights, (weight) => (running += weight / total));
  const pick = (random: Random): number => {
    const target = random.next();
    let low = 0;
    let high = upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] ?? 1) <= target) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { zones, pick, share: (zone) => (weights[zone] ?? 0) / total };
};

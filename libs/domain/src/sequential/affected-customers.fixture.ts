import { affectedRatio } from '../impact/affected.js';
import { poisson, seeded } from './simulated-cell.fixture.js';

const { exp, floor, log, min, round, sin } = Math;

/** Points of an affected customer (C1), and the score that is shown (R21): two of tier 1. */
const POINTS = [100, 10, 1] as const;
const SCORE_SHOWN = 100;
/** Shares of the tiers: few are large, most are small. */
const TIER_FROM = [0.02, 0.2] as const;

/** What healthy customers look like. */
export interface HealthyCustomers {
  /** Customer-minutes in which one counted as affected. */
  readonly affectedMinutes: number;
  /** Minutes in which the score was above 100. */
  readonly pages: number;
  readonly windows: number;
}

/**
 * Customers that are well, minute by minute: rates of 1 to 30,000 outcomes a minute, failing 0.05 to 0.3 %, by day and by night. Counts
 * of minutes are drawn, no outcomes.
 */
export const healthyCustomers = (customers: number, hours: number, seed = 1): HealthyCustomers => {
  const random = seeded(seed);
  const rates = Array.from({ length: customers }, () => exp(random() * log(30_000)));
  const shares = rates.map(() => 0.0005 * 6 ** random());
  let [affectedMinutes, pages] = [0, 0];
  for (let minute = 0; minute < hours * 60; minute += 1) {
    const daylight = 1 + 0.5 * sin((2 * Math.PI * minute) / 1_440);
    let score = 0;
    for (let customer = 0; customer < customers; customer += 1) {
      const outcomes = round(rates[customer]! * daylight);
      const bad = min(outcomes, poisson(outcomes * shares[customer]!, random));
      if (bad === 0 || affectedRatio(outcomes - bad, bad) === undefined) continue;
      affectedMinutes += 1;
      // Tiers are spread over all rates.
      const place = (customer * 0.618_034) % 1;
      score += POINTS[place < TIER_FROM[0] ? 0 : place < TIER_FROM[1] ? 1 : 2];
    }
    if (score > SCORE_SHOWN) pages += 1;
  }
  return { affectedMinutes, pages, windows: floor(customers * hours * 60) };
};

/** A signal, read: its value in the unit of the rule's threshold, and the counts it rests on. */
export interface Measure {
  /** `unknown` = too little data to say anything; never taken for healthy. */
  readonly value: number | 'timeout' | 'unknown';
  /** What the value is at least, with 99.9 % confidence; where it is given, a breach is judged by it. */
  readonly atLeast?: number | 'timeout' | 'unknown';
  readonly good: number;
  readonly bad: number;
}

/**
 * Outcomes below which success and percentiles are unknown: with fewer than 100 a single failure alone takes more than the 1 %
 * that stands between 100 % and the page (R17), and a p95 would rest on fewer than five queries.
 */
export const OUTCOMES_MIN = 100;

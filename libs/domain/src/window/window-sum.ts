/** What a sliding window holds for one key. */
export interface WindowSum {
  readonly good: number;
  readonly bad: number;
  readonly excluded: number;
  /** Part of bad; above every latency in percentiles. */
  readonly timeout: number;
}

/** A percentile: microseconds, a timeout, or nothing known. */
export type Percentile = number | 'timeout' | 'unknown';

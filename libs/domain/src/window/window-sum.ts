/** What a sliding window holds for one key. */
export interface WindowSum {
  readonly good: number;
  readonly bad: number;
  readonly excluded: number;
  /** Part of bad; above every latency in percentiles. */
  readonly timeout: number;
}

/** Which of many keys are looked for: those with so many failures in a window. */
export interface FailingPlace {
  readonly badMin: number;
  /** Those of which no more than this share fails are not looked for, 0..1; a reader may visit them too. Default all. */
  readonly ratioAbove?: number | undefined;
  readonly windowMs: number;
  readonly endSlot: number;
  /** Indexes of those that are asked for, ascending; a reader may visit others too. Default all. */
  readonly among?: readonly number[] | undefined;
}

/** Takes one of a list of keys, by its index in the list. */
export type VisitFailing = (index: number, good: number, bad: number) => void;

/**
 * Takes a key and what was added to its cell: less than nothing where a source took back what it told. A key keeps its small number
 * until it is forgotten, then another key may get it.
 */
export type VisitAdded = (key: string, good: number, bad: number, number: number) => void;

/** A percentile: microseconds, a timeout, or nothing known. */
export type Percentile = number | 'timeout' | 'unknown';

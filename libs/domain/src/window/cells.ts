import { FAMILIES, type Family } from '#contracts';

/** Columns of a cell's counts. Timeouts are also counted in bad; they rank above every latency in percentiles. */
export const COUNT = { good: 0, bad: 1, excluded: 2, timeout: 3 } as const;
/** Counts per cell. */
export const COUNTS_PER_CELL = 4;

/** The cells of one family as struct of arrays; row r has counts[r*4 ..] and, in families with a histogram, buckets[r*B ..]. */
export interface Cells {
  readonly family: Family;
  readonly size: number;
  /** Row → key. */
  readonly keys: readonly string[];
  readonly counts: Uint32Array;
  /** undefined in families of counts only. */
  readonly buckets: Uint32Array | undefined;
  /** The row of a key; it is added when absent. */
  readonly row: (key: string) => number;
  /** The row of a key, or -1. */
  readonly find: (key: string) => number;
}

/** Cells of several families for one slot. */
export type Block = ReadonlyMap<Family, Cells>;

/** Whether cells of a family carry a latency histogram. */
export const hasHistogram = (family: Family): boolean => FAMILIES[family].sub > 0;

import { FAMILIES, type Family } from '#contracts';

/** Columns of a cell's counts. Timeouts are also counted in bad; they rank above every latency in percentiles. */
export const COUNT = { good: 0, bad: 1, excluded: 2, timeout: 3 } as const;
/** Counts per cell. */
export const COUNTS_PER_CELL = 4;

/** The largest count of a cell. */
export const U32_MAX = 0xffff_ffff;

/** Numbers of keys, so that whoever reads many blocks need not look up their text: the same key has the same number in a table. */
export interface NumberedKeys {
  readonly table: object;
  /** Row → number. */
  readonly of: Int32Array;
}

/** The cells of one family as struct of arrays; row r has counts[r*4 ..] and, in families with a histogram, buckets[r*B ..]. */
export interface CellColumns {
  readonly family: Family;
  readonly size: number;
  /** Row → key. */
  readonly keys: readonly string[];
  readonly numbers?: NumberedKeys;
  readonly counts: Uint32Array;
  /** undefined in families of counts only. */
  readonly buckets: Uint32Array | undefined;
}

/** Cells whose rows are found by key. */
export interface Cells extends CellColumns {
  /** The row of a key; it is added when absent. */
  readonly row: (key: string) => number;
  /** The row of a key, or -1. */
  readonly find: (key: string) => number;
}

/** Cells of several families for one slot. */
export type Block = ReadonlyMap<Family, Cells>;

/** Cells of several families for one slot, to be read from first to last. */
export type ColumnBlock = ReadonlyMap<Family, CellColumns>;

/** Whether cells of a family carry a latency histogram. */
export const hasHistogram = (family: Family): boolean => FAMILIES[family].sub > 0;

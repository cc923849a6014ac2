import { bucketsOf } from './cell-table.js';
import { type Cells, COUNTS_PER_CELL } from './cells.js';

/**
 * One cell without its zeros: good, bad, excluded, timeout, then pairs of (bucket, count) in ascending order of buckets. A dense
 * cell of a node takes 2.8 KB; this one some hundred bytes.
 */
export type PackedCell = readonly number[];

/** The cell of nothing. */
export const EMPTY_CELL: PackedCell = [0, 0, 0, 0];

/** Packs a row of cells; without buckets when no percentile of the family is asked for. */
export const packCell = (cells: Cells, row: number, withBuckets: boolean): PackedCell => {
  const packed = Array.from(cells.counts.subarray(row * COUNTS_PER_CELL, (row + 1) * COUNTS_PER_CELL));
  const { buckets } = cells;
  if (!withBuckets || buckets === undefined) return packed;
  const width = bucketsOf(cells.family);
  for (let i = 0; i < width; i += 1) {
    const count = buckets[row * width + i]!;
    if (count !== 0) packed.push(i, count);
  }
  return packed;
};

/** Adds the buckets of a cell to an array of sums. */
export const addBuckets = (sums: Float64Array, cell: PackedCell): void => {
  for (let i = COUNTS_PER_CELL; i < cell.length; i += 2) sums[cell[i]!]! += cell[i + 1]!;
};

const sumsOf = (cell: PackedCell, before: PackedCell, after: PackedCell): Map<number, number> => {
  const sums = new Map<number, number>();
  const add = (part: PackedCell, sign: number): void => {
    for (let i = COUNTS_PER_CELL; i < part.length; i += 2)
      sums.set(part[i]!, (sums.get(part[i]!) ?? 0) + sign * part[i + 1]!);
  };
  add(cell, 1);
  add(before, -1);
  add(after, 1);
  return sums;
};

const isSame = (a: PackedCell, b: PackedCell): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
};

/** A cell in which `before` is replaced by `after`; the rest, told by others, stays. */
export const replaceIn = (cell: PackedCell, before: PackedCell, after: PackedCell): PackedCell => {
  if (isSame(cell, before)) return after;
  const counts = Array.from({ length: COUNTS_PER_CELL }, (_unused, i) => cell[i]! - before[i]! + after[i]!);
  if (cell.length === COUNTS_PER_CELL && after.length === COUNTS_PER_CELL) return counts;
  const buckets = [...sumsOf(cell, before, after)].filter(([, count]) => count !== 0).sort(([a], [b]) => a - b);
  return [...counts, ...buckets.flat()];
};

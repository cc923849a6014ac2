import { setImmediate as letOthersRun } from 'node:timers/promises';
import { FAMILIES, type Family } from '#contracts';
import {
  addCell,
  addCells,
  bucketsOf,
  type Cells,
  type CellTable,
  COUNT,
  COUNTS_PER_CELL,
  createCells,
  decodeOwnBlock,
  hasHistogram,
  type Percentile,
  percentileOf,
  successPercent,
} from '#domain';
import type { SegmentRepository } from './segment.repository.js';

/** Counts, success and percentiles of one key over a window. */
export interface WindowFigures {
  readonly good: number;
  readonly bad: number;
  readonly excluded: number;
  /** Part of bad. */
  readonly timeout: number;
  /** Per cent; null when nothing was counted for or against: no data is not success. */
  readonly success: number | null;
  /** Microseconds, `timeout`, or null where nothing is known; families of counts only have none. */
  readonly p50: number | 'timeout' | null;
  readonly p95: number | 'timeout' | null;
  readonly p99: number | 'timeout' | null;
}

/** Slots to read, both ends included. */
export interface SlotRange {
  readonly family: Family;
  readonly fromSlot: number;
  readonly toSlot: number;
  /** Only this key; undefined: all. */
  readonly key?: string | undefined;
}

/** Slots of one read of the store: no more blocks than of ten seconds are in memory at once. */
const READ_SLOTS = 10;
/** Slots of one read where blocks have few keys: a minute in one query. */
const READ_SLOTS_NARROW = 60;
const NARROW: ReadonlySet<Family> = new Set(['fleet', 'region', 'pop', 'release_region']);
/**
 * Cells after which others get their turn, about 10 ms: this may be the process that pages, and a minute of 20,000 keys is nearly
 * five million cells.
 */
const CELLS_AT_ONCE = 10_000;

const addInto = (sum: CellTable, cells: Cells, key: string | undefined): void => {
  if (key === undefined) {
    addCells(sum, cells);
    return;
  }
  const row = cells.find(key);
  if (row >= 0) addCell(sum, key, cells, row);
};

/**
 * Sums of slots, step by step: `result[i]` holds the slots from `fromSlot + i * stepSlots` on. A slot has one block for each flush
 * and partition that added to it; they are added up. A step without any block is an empty table.
 */
export const sumSegments = async (
  segments: Pick<SegmentRepository, 'read'>,
  { family, fromSlot, toSlot, key }: SlotRange,
  stepSlots: number,
): Promise<readonly CellTable[]> => {
  const steps = Math.max(0, Math.ceil((toSlot - fromSlot + 1) / stepSlots));
  const sums = Array.from({ length: steps }, () => createCells(family));
  const readSlots = NARROW.has(family) ? READ_SLOTS_NARROW : READ_SLOTS;
  let cellsSince = 0;
  for (let from = fromSlot; from <= toSlot; from += readSlots) {
    for (const row of await segments.read(from, Math.min(from + readSlots - 1, toSlot), family)) {
      const sum = sums[Math.floor((row.slot - fromSlot) / stepSlots)];
      const cells = decodeOwnBlock(row.body).get(family);
      if (sum === undefined || cells === undefined) continue;
      addInto(sum, cells, key);
      cellsSince += cells.size;
      if (cellsSince < CELLS_AT_ONCE) continue;
      cellsSince = 0;
      await letOthersRun();
    }
  }
  return sums;
};

const orNull = (percentile: Percentile): number | 'timeout' | null => (percentile === 'unknown' ? null : percentile);

const percentileIn = (cells: Cells, row: number, timeout: number, q: number): Percentile => {
  const { sub } = FAMILIES[cells.family];
  if (sub === 0 || !hasHistogram(cells.family) || cells.buckets === undefined) return 'unknown';
  const width = bucketsOf(cells.family);
  return percentileOf(cells.buckets.subarray(row * width, (row + 1) * width), timeout, q, sub);
};

/** Any percentile of one key, µs. */
export const percentileOfKey = (cells: Cells, key: string, q: number): Percentile => {
  const row = cells.find(key);
  return row < 0 ? 'unknown' : percentileIn(cells, row, cells.counts[row * COUNTS_PER_CELL + COUNT.timeout] ?? 0, q);
};

const NOTHING: WindowFigures = {
  good: 0,
  bad: 0,
  excluded: 0,
  timeout: 0,
  success: null,
  p50: null,
  p95: null,
  p99: null,
};

/** The figures of one key; of a key that is not there nothing is known. */
export const figuresOf = (cells: Cells, key: string): WindowFigures => {
  const row = cells.find(key);
  if (row < 0) return NOTHING;
  const count = (column: keyof typeof COUNT): number => cells.counts[row * COUNTS_PER_CELL + COUNT[column]] ?? 0;
  const [good, bad, timeout] = [count('good'), count('bad'), count('timeout')];
  return {
    good,
    bad,
    excluded: count('excluded'),
    timeout,
    success: good + bad === 0 ? null : successPercent(good, bad),
    p50: orNull(percentileIn(cells, row, timeout, 0.5)),
    p95: orNull(percentileIn(cells, row, timeout, 0.95)),
    p99: orNull(percentileIn(cells, row, timeout, 0.99)),
  };
};

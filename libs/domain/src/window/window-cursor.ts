import type { ChangedCells } from './changed-cells.js';
import type { NarrowCounts } from './narrow-counts.js';

/** Columns of a slot: good, bad, excluded, timeout, one number per key, and the histogram, so many numbers per key. */
export type SlotColumns = readonly (NarrowCounts | undefined)[];
/** The column of histograms; the ones before it are those of `COUNT`. */
export const BUCKETS_COLUMN = 4;

const NO_SUMS = new Float64Array(0);

/**
 * The running sums of one window, of all keys of a family: the `slots` slots that end with `end`. It moves by adding the slots
 * that come in and subtracting those that leave; sums are of integers below 2^53, so that is exact.
 */
export class WindowCursor {
  private readonly sums: (Float64Array | undefined)[] = [];
  /** When it was asked last, in changes of the family: one that is not asked any more is dropped. */
  usedAt = 0;

  constructor(
    readonly slots: number,
    public end: number,
  ) {}

  covers(slot: number): boolean {
    return slot <= this.end && slot > this.end - this.slots;
  }

  sum(column: number, index: number): number {
    const sums = this.sums[column];
    return sums !== undefined && index < sums.length ? sums[index]! : 0;
  }

  /** The sums of a column; it ends where nothing was ever summed. */
  column(column: number): Float64Array {
    return this.sums[column] ?? NO_SUMS;
  }

  /** A part of a column; shorter or empty where nothing was ever summed. */
  sumsOf(column: number, from: number, length: number): Float64Array {
    return this.sums[column]?.subarray(from, from + length) ?? NO_SUMS;
  }

  add(column: number, index: number, delta: number): void {
    this.fitting(column, index + 1)[index]! += delta;
  }

  /** Adds to a column of many keys. */
  addAll(column: number, { changedIds, deltas, changed, idsEnd }: ChangedCells): void {
    const sums = this.fitting(column, idsEnd);
    for (let at = 0; at < changed; at += 1) sums[changedIds[at]!]! += deltas[at]!;
  }

  /** Goes to another end, forwards or backwards; `columnsOf` says what a slot holds. */
  moveTo(end: number, columnsOf: (slot: number) => SlotColumns | undefined): void {
    const { slots, end: before } = this;
    this.end = end;
    if (Math.abs(end - before) >= slots) {
      for (const sums of this.sums) sums?.fill(0);
      this.addSlots(end - slots, end, 1, columnsOf);
      return;
    }
    const [low, high, sign] = end > before ? [before, end, 1 as const] : [end, before, -1 as const];
    this.addSlots(low, high, sign, columnsOf);
    this.addSlots(low - slots, high - slots, sign === 1 ? -1 : 1, columnsOf);
  }

  copy(): WindowCursor {
    const copied = new WindowCursor(this.slots, this.end);
    this.sums.forEach((sums, column) => (copied.sums[column] = sums?.slice()));
    return copied;
  }

  private addSlots(
    after: number,
    last: number,
    sign: 1 | -1,
    columnsOf: (slot: number) => SlotColumns | undefined,
  ): void {
    for (let slot = after + 1; slot <= last; slot += 1)
      columnsOf(slot)?.forEach((counts, column) => {
        if (counts !== undefined) this.addColumn(column, counts, sign);
      });
  }

  private addColumn(column: number, { data }: NarrowCounts, sign: 1 | -1): void {
    const sums = this.fitting(column, data.length);
    for (let i = 0; i < data.length; i += 1) sums[i]! += sign * data[i]!;
  }

  private fitting(column: number, length: number): Float64Array {
    const known = this.sums[column];
    if (known !== undefined && length <= known.length) return known;
    const grown = new Float64Array(Math.max(length, 2 * (known?.length ?? 0)));
    if (known !== undefined) grown.set(known);
    return (this.sums[column] = grown);
  }
}

import type { ChangedCells } from './changed-cells.js';
import type { NarrowCounts } from './narrow-counts.js';

/** Columns of a slot: good, bad, excluded, timeout, one number per key, and the histogram, so many numbers per key. */
export type SlotColumns = readonly (NarrowCounts | undefined)[];
/** The column of histograms; the ones before it are those of `COUNT`. */
export const BUCKETS_COLUMN = 4;

const NO_SUMS = new Float64Array(0);

/** Nearly all slots are bytes: a loop of their own, since one that has seen arrays of every width is slow for all. */
const addBytes = (sums: Float64Array, data: Uint8Array, sign: 1 | -1): void => {
  for (let i = 0; i < data.length; i += 1) sums[i]! += sign * data[i]!;
};

const addWider = (sums: Float64Array, data: NarrowCounts['data'], sign: 1 | -1): void => {
  for (let i = 0; i < data.length; i += 1) sums[i]! += sign * data[i]!;
};

/**
 * The running sums of one window, of all keys of a family: the `slots` slots that end with `end`. It moves by adding the slots
 * that come in and subtracting those that leave; sums are of integers below 2^53, so that is exact. A column is summed when it is asked
 * for first, and kept from then on: of most customers nobody asks what was excluded.
 */
export class WindowCursor {
  private readonly sums: (Float64Array | undefined)[] = [];
  /** When it was asked last, in changes of the family: one that is not asked any more is dropped. */
  usedAt = 0;

  /** `columnsOf` says what a slot holds. */
  constructor(
    readonly slots: number,
    public end: number,
    private readonly columnsOf: (slot: number) => SlotColumns | undefined,
  ) {}

  covers(slot: number): boolean {
    return slot <= this.end && slot > this.end - this.slots;
  }

  sum(column: number, index: number): number {
    const sums = this.column(column);
    return index < sums.length ? sums[index]! : 0;
  }

  /** The sums of a column; it ends where nothing was ever summed. */
  column(column: number): Float64Array {
    return this.sums[column] ?? this.begin(column);
  }

  /** A part of a column; shorter or empty where nothing was ever summed. */
  sumsOf(column: number, from: number, length: number): Float64Array {
    return this.column(column).subarray(from, from + length);
  }

  add(column: number, index: number, delta: number): void {
    if (this.sums[column] !== undefined) this.fitting(column, index + 1)[index]! += delta;
  }

  /** Adds to a column of many keys. */
  addAll(column: number, { changedIds, deltas, changed, idsEnd }: ChangedCells): void {
    if (this.sums[column] === undefined) return;
    const sums = this.fitting(column, idsEnd);
    for (let at = 0; at < changed; at += 1) sums[changedIds[at]!]! += deltas[at]!;
  }

  /** Goes to another end, forwards or backwards. */
  moveTo(end: number): void {
    const { slots, end: before } = this;
    this.end = end;
    if (Math.abs(end - before) >= slots) {
      // Nothing of it is in the window any more.
      this.sums.length = 0;
      return;
    }
    const [low, high, sign] = end > before ? [before, end, 1 as const] : [end, before, -1 as const];
    for (let column = 0; column < this.sums.length; column += 1) {
      if (this.sums[column] === undefined) continue;
      this.addSlots(column, low, high, sign);
      this.addSlots(column, low - slots, high - slots, sign === 1 ? -1 : 1);
    }
  }

  copy(): WindowCursor {
    const copied = new WindowCursor(this.slots, this.end, this.columnsOf);
    this.sums.forEach((sums, column) => (copied.sums[column] = sums?.slice()));
    return copied;
  }

  private begin(column: number): Float64Array {
    this.sums[column] = NO_SUMS;
    this.addSlots(column, this.end - this.slots, this.end, 1);
    return this.sums[column] ?? NO_SUMS;
  }

  private addSlots(column: number, after: number, last: number, sign: 1 | -1): void {
    for (let slot = after + 1; slot <= last; slot += 1) {
      const counts = this.columnsOf(slot)?.[column];
      if (counts !== undefined) this.addSlot(column, counts, sign);
    }
  }

  private addSlot(column: number, { data }: NarrowCounts, sign: 1 | -1): void {
    const sums = this.fitting(column, data.length);
    if (data instanceof Uint8Array) addBytes(sums, data, sign);
    else addWider(sums, data, sign);
  }

  private fitting(column: number, length: number): Float64Array {
    const known = this.sums[column];
    if (known !== undefined && length <= known.length) return known;
    const grown = new Float64Array(Math.max(length, 2 * (known?.length ?? 0)));
    if (known !== undefined) grown.set(known);
    return (this.sums[column] = grown);
  }
}

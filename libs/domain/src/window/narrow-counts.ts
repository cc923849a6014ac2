import type { ChangedCells } from './changed-cells.js';

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** The largest number that arrays of one width hold, and how the next wider one is made. */
const WIDTHS: readonly { readonly max: number; readonly make: (length: number) => Numbers }[] = [
  { max: 0xff, make: (length) => new Uint8Array(length) },
  { max: 0xffff, make: (length) => new Uint16Array(length) },
  { max: 0xffff_ffff, make: (length) => new Uint32Array(length) },
  { max: Number.MAX_SAFE_INTEGER, make: (length) => new Float64Array(length) },
];

/**
 * Counts in the narrowest array that holds them; it grows and widens by itself. Of millions of cells of customers nearly all fit
 * one byte, and their memory is what the size of a fleet costs.
 */
export class NarrowCounts {
  private width = 0;
  private max = WIDTHS[0]!.max;
  /** May be longer than what was set; replaced when it grows or widens. */
  data: Numbers;

  constructor(length: number) {
    this.data = WIDTHS[0]!.make(length);
  }

  get(index: number): number {
    return index < this.data.length ? this.data[index]! : 0;
  }

  /** Sets a count, 0 to 2^53 - 1. */
  set(index: number, count: number): void {
    if (index >= this.data.length || count > this.max) this.widen(index, count);
    this.data[index] = count;
  }

  /** Adds to many counts. */
  addAll({ changedIds, deltas, changed }: ChangedCells): void {
    for (let at = 0; at < changed; at += 1) this.set(changedIds[at]!, this.get(changedIds[at]!) + deltas[at]!);
  }

  private widen(index: number, count: number): void {
    while (count > this.max) {
      this.width += 1;
      this.max = WIDTHS[this.width]?.max ?? Number.POSITIVE_INFINITY;
    }
    const length = index < this.data.length ? this.data.length : Math.max(index + 1, 2 * this.data.length);
    const fitting = WIDTHS[Math.min(this.width, WIDTHS.length - 1)]!.make(length);
    fitting.set(this.data);
    this.data = fitting;
  }
}

import { COUNTS_PER_CELL } from './cells.js';
import { addBuckets, EMPTY_CELL, type PackedCell, replaceIn } from './packed-cell.js';
import type { WindowSum } from './window-sum.js';

/** The running sum of one window: the `slots` slots that end with `end`. */
interface Running {
  readonly slots: number;
  end: number;
  readonly counts: number[];
}

const addTo = (counts: number[], cell: PackedCell, sign: 1 | -1): void => {
  for (let i = 0; i < COUNTS_PER_CELL; i += 1) counts[i]! += sign * cell[i]!;
};

const windowSum = ([good = 0, bad = 0, excluded = 0, timeout = 0]: readonly number[]): WindowSum => ({
  good,
  bad,
  excluded,
  timeout,
});

/**
 * The slots of one key, those with data only, ascending. Each window has a running sum that moves forward with the newest end
 * asked for: it adds the slots that come in and subtracts those that leave. Older ends are summed anew. Sums are of integers
 * below 2^53, so adding and subtracting is exact.
 */
export class KeySeries {
  private readonly slots: number[] = [];
  private readonly cells: PackedCell[] = [];
  /** Made when first asked for: of most keys nobody asks most windows. */
  private readonly running: Running[] = [];

  constructor(private readonly windows: ReadonlySet<number>) {}

  get newestSlot(): number {
    return this.slots.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** Replaces what one source told of a slot. */
  replace(slot: number, before: PackedCell, after: PackedCell): void {
    const index = this.indexFrom(slot);
    if (this.slots[index] !== slot) {
      this.slots.splice(index, 0, slot);
      this.cells.splice(index, 0, EMPTY_CELL);
    }
    this.cells[index] = replaceIn(this.cells[index]!, before, after);
    for (const { slots, end, counts } of this.running) {
      if (slot > end || slot <= end - slots) continue;
      addTo(counts, before, -1);
      addTo(counts, after, 1);
    }
  }

  /** The counts of the `slots` slots that end with `end`. */
  sum(slots: number, end: number): WindowSum {
    const running = this.runningOf(slots);
    if (running !== undefined && end >= running.end) {
      this.moveTo(running, end);
      return windowSum(running.counts);
    }
    const counts = [...EMPTY_CELL];
    this.each(end - slots, end, (cell) => addTo(counts, cell, 1));
    return windowSum(counts);
  }

  /** Adds the buckets of a window to an array of sums. */
  addBuckets(slots: number, end: number, sums: Float64Array): void {
    this.each(end - slots, end, (cell) => addBuckets(sums, cell));
  }

  /** Forgets slots before one; a running sum that still holds them starts anew. True when nothing is left. */
  trim(firstSlot: number): boolean {
    const index = this.indexFrom(firstSlot);
    if (index > 0) {
      for (const running of this.running) {
        if (running.end - running.slots >= firstSlot - 1) continue;
        running.end = Number.NEGATIVE_INFINITY;
        running.counts.fill(0);
      }
      this.slots.splice(0, index);
      this.cells.splice(0, index);
    }
    return this.slots.length === 0;
  }

  private runningOf(slots: number): Running | undefined {
    const known = this.running.find((window) => window.slots === slots);
    if (known !== undefined || !this.windows.has(slots)) return known;
    const made = { slots, end: Number.NEGATIVE_INFINITY, counts: [...EMPTY_CELL] };
    this.running.push(made);
    return made;
  }

  private moveTo(running: Running, end: number): void {
    const { counts, slots } = running;
    // From far away nothing overlaps: cheaper from zero, and the first time there is no other way.
    if (end - running.end >= slots) {
      counts.fill(0);
      this.each(end - slots, end, (cell) => addTo(counts, cell, 1));
    } else {
      this.each(running.end, end, (cell) => addTo(counts, cell, 1));
      this.each(running.end - slots, end - slots, (cell) => addTo(counts, cell, -1));
    }
    running.end = end;
  }

  /** Every cell with after < slot <= last. */
  private each(after: number, last: number, visit: (cell: PackedCell) => void): void {
    for (let i = this.indexFrom(after + 1); i < this.slots.length && this.slots[i]! <= last; i += 1)
      visit(this.cells[i]!);
  }

  /** The index of the first slot that is not before a slot. Nearly always at the end, so it is looked for from there. */
  private indexFrom(slot: number): number {
    const { slots } = this;
    if (slots.length === 0 || slot > slots[slots.length - 1]!) return slots.length;
    let [low, high] = [0, slots.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (slots[middle]! < slot) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

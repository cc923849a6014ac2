import { COUNTS_PER_CELL } from './cells.js';
import type { ChangedCells } from './changed-cells.js';
import { NarrowCounts } from './narrow-counts.js';

/** Cells of a new table; a power of two. */
const CAPACITY_FIRST = 16;
/** Knuth's multiplicative hashing: 2^32 divided by the golden ratio. */
const GOLDEN = 0x9e37_79b1;
const NOTHING_FILLED = new Uint32Array(0);

/**
 * What one source told of one family in one slot: absolute, kept while the slot is open, so that what it tells next can take its
 * place. A hash table of key numbers with open addressing: a large fleet has some ten million such cells in its open slots.
 */
export class ToldCells {
  private ids = new Int32Array(CAPACITY_FIRST).fill(-1);
  private columns: (NarrowCounts | undefined)[] = [];
  private size = 0;
  /** Key number → filled buckets, pairs of (bucket, count). */
  private readonly buckets = new Map<number, Uint32Array>();
  /** Cells of keys that found no number; they count for `OTHER_KEY`. */
  private overflow: Map<string, number[]> | undefined;

  /** Makes room for so many more cells at once. */
  reserve(count: number): void {
    let capacity = this.ids.length;
    while (2 * (this.size + count) > capacity && 2 * count > this.size) capacity *= 2;
    if (capacity > this.ids.length) this.grow(capacity);
  }

  /** The place of a key's number; made when it is new. Valid until the next call. */
  placeOf(id: number): number {
    if (2 * this.size >= this.ids.length) this.grow(2 * this.ids.length);
    const place = this.find(id);
    if (this.ids[place] !== id) {
      this.ids[place] = id;
      this.size += 1;
    }
    return place;
  }

  /** The places of many, as `placeOf` has them; valid until the next call. */
  findPlaces({ ids, places, size }: ChangedCells): void {
    const capacity = this.ids.length;
    for (let at = 0; at < size; at += 1) places[at] = this.placeOf(ids[at]!);
    if (this.ids.length !== capacity) for (let at = 0; at < size; at += 1) places[at] = this.find(ids[at]!);
  }

  /** Puts a count of many in the place of what was told, and lists what is another now. */
  replaceColumn(column: number, counts: Uint32Array, cells: ChangedCells): void {
    const { ids, rows, places, size } = cells;
    cells.beginColumn();
    for (let at = 0; at < size; at += 1) {
      const [after, place] = [counts[rows[at]! * COUNTS_PER_CELL + column]!, places[at]!];
      const before = this.count(column, place);
      if (after === before) continue;
      cells.change(ids[at]!, after - before);
      this.setCount(column, place, after);
    }
  }

  /** What was told at a place. */
  count(column: number, place: number): number {
    return this.columns[column]?.get(place) ?? 0;
  }

  setCount(column: number, place: number, count: number): void {
    const counts = (this.columns[column] ??= new NarrowCounts(this.ids.length));
    counts.set(place, count);
  }

  /** The filled buckets last told of a key, pairs of (bucket, count). */
  filled(id: number): Uint32Array {
    return this.buckets.get(id) ?? NOTHING_FILLED;
  }

  setFilled(id: number, filled: Uint32Array): void {
    this.buckets.set(id, filled);
  }

  /** Whether some key counts for `OTHER_KEY` here. */
  get hasOverflowed(): boolean {
    return this.overflow !== undefined;
  }

  /** Whether a key counts for `OTHER_KEY` here. */
  isOverflowed(key: string): boolean {
    return this.overflow?.has(key) === true;
  }

  /** The counts told of a key without a number. */
  overflowed(key: string): number[] {
    this.overflow ??= new Map();
    const counts = this.overflow.get(key) ?? Array.from({ length: COUNTS_PER_CELL }, () => 0);
    this.overflow.set(key, counts);
    return counts;
  }

  private find(id: number): number {
    const { ids } = this;
    const mask = ids.length - 1;
    let place = (Math.imul(id, GOLDEN) >>> 8) & mask;
    while (ids[place] !== id && ids[place] !== -1) place = (place + 1) & mask;
    return place;
  }

  private grow(capacity: number): void {
    const { ids, columns } = this;
    this.ids = new Int32Array(capacity).fill(-1);
    this.columns = columns.map((column) => (column === undefined ? undefined : new NarrowCounts(this.ids.length)));
    for (let from = 0; from < ids.length; from += 1) {
      const id = ids[from]!;
      if (id === -1) continue;
      const place = this.find(id);
      this.ids[place] = id;
      columns.forEach((column, index) => this.columns[index]?.set(place, column?.get(from) ?? 0));
    }
  }
}

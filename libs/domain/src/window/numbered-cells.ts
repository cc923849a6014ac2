import { bucketsOf, CellTable } from './cell-table.js';
import { type CellColumns, type Cells, COUNT, COUNTS_PER_CELL } from './cells.js';
import { type KeySpace, type NumberedFamily, OTHER_ID } from './key-space.js';

/** Rows of new cells: a spool touches thousands of slots with a handful of keys each. A power of two. */
const ROWS_FIRST = 4;
/** 2^32 divided by the golden ratio: spreads consecutive numbers over a table (Knuth). */
const SPREAD = 0x9e37_79b1;

/**
 * Rows from which on a row is found by its number in an array, not by hash: a table of a live slot has thousands, and numbers are dense.
 * Fewer rows, of the many slots that a spool touches, must not take memory for all the numbers there are.
 */
const ROWS_DENSE = 256;

const placeOf = (id: number, mask: number): number => {
  const mixed = Math.imul(id, SPREAD);
  return (mixed ^ (mixed >>> 15)) & mask;
};

const resized = (array: Uint32Array, length: number): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
};

/**
 * Cells of a family of many keys, by the numbers of their keys. Memory grows with the rows, not with the numbers. `counts` and `buckets` are
 * replaced when rows are added beyond the capacity: read them again after `row`.
 */
export class NumberedCells {
  size = 0;
  counts: Uint32Array = new Uint32Array(ROWS_FIRST * COUNTS_PER_CELL);
  buckets: Uint32Array | undefined;
  /** Row → number of its key. */
  ids = new Int32Array(ROWS_FIRST);
  /** 1 where a row changed since it was last told. */
  private changed = new Uint8Array(ROWS_FIRST);
  /** How many rows are marked. */
  private untold = 0;
  /** Open addressing, at most half full: pairs of number and row + 1; 0 is free. Empty while compact, and while `rowOf` is there. */
  private places = new Int32Array(4 * ROWS_FIRST);
  /** Number → row + 1; 0 is none. */
  private rowOf: Int32Array | undefined;
  private readonly width: number;

  /** Beyond `rowsMax` rows, further keys share the row of `OTHER_KEY`. A histogram is kept where the family has one, if wanted. */
  constructor(
    readonly family: NumberedFamily,
    private readonly rowsMax = Number.POSITIVE_INFINITY,
    hasBuckets = true,
  ) {
    this.width = hasBuckets ? bucketsOf(family) : 0;
    this.buckets = this.width === 0 ? undefined : new Uint32Array(ROWS_FIRST * this.width);
  }

  /** Whether a number has a row. */
  has(id: number): boolean {
    return this.find(id) >= 0;
  }

  /** The row of a number; it is added when absent. */
  row(id: number): number {
    const known = this.find(id);
    return known >= 0 ? known : this.add(id);
  }

  /** Adds a row of other cells to the row of a number, and marks it. */
  addRow(id: number, from: NumberedCells, fromRow: number): void {
    const row = this.row(id);
    const { counts } = this;
    const at = row * COUNTS_PER_CELL;
    const source = fromRow * COUNTS_PER_CELL;
    counts[at]! += from.counts[source]!;
    counts[at + 1]! += from.counts[source + 1]!;
    counts[at + 2]! += from.counts[source + 2]!;
    counts[at + 3]! += from.counts[source + 3]!;
    this.mark(row);
  }

  /** Adds cells by their keys. */
  addCells(from: Cells, idOf: (key: string) => number): void {
    from.keys.forEach((key, fromRow) => {
      const row = this.row(idOf(key));
      for (let i = 0; i < COUNTS_PER_CELL; i += 1)
        this.counts[row * COUNTS_PER_CELL + i]! += from.counts[fromRow * COUNTS_PER_CELL + i]!;
      for (let i = 0; i < this.width; i += 1)
        this.buckets![row * this.width + i]! += from.buckets![fromRow * this.width + i]!;
      this.mark(row);
    });
  }

  /** Adds the histogram of a row of other cells. */
  addBuckets(id: number, from: NumberedCells, fromRow: number): void {
    const { width, buckets: into } = this;
    if (into === undefined) return;
    const at = this.row(id) * width;
    const added = from.buckets!;
    const source = fromRow * width;
    for (let i = 0; i < width; i += 1) {
      const count = added[source + i]!;
      if (count !== 0) into[at + i]! += count;
    }
  }

  mark(row: number): void {
    if (this.changed[row] === 1) return;
    this.changed[row] = 1;
    this.untold += 1;
  }

  markAll(): void {
    this.changed.fill(1, 0, this.size);
    this.untold = this.size;
  }

  get isTold(): boolean {
    return this.untold === 0;
  }

  /** The marked rows, which lose their mark; only failing ones unless all are asked for. */
  takeChanged(isAll: boolean): readonly number[] {
    const rows: number[] = [];
    if (this.untold === 0) return rows;
    for (let row = 0; row < this.size; row += 1) {
      if (this.changed[row] === 0) continue;
      if (!isAll && this.counts[row * COUNTS_PER_CELL + COUNT.bad] === 0) continue;
      this.changed[row] = 0;
      rows.push(row);
    }
    this.untold -= rows.length;
    return rows;
  }

  /** Chosen rows with their keys. */
  pick(space: KeySpace, rows: readonly number[]): CellColumns {
    const { family, width } = this;
    const counts = new Uint32Array(rows.length * COUNTS_PER_CELL);
    const buckets = this.buckets && new Uint32Array(rows.length * width);
    for (let i = 0; i < rows.length; i += 1) {
      const from = rows[i]! * COUNTS_PER_CELL;
      for (let count = 0; count < COUNTS_PER_CELL; count += 1)
        counts[i * COUNTS_PER_CELL + count] = this.counts[from + count]!;
      buckets?.set(this.buckets!.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
    }
    return { family, size: rows.length, keys: rows.map((row) => space.keyOf(family, this.ids[row]!)), counts, buckets };
  }

  /** All rows with their keys. The columns are not copied: nothing may be added here afterwards. */
  toTable(space: KeySpace): CellTable {
    const keys: string[] = [];
    for (let row = 0; row < this.size; row += 1) keys.push(space.keyOf(this.family, this.ids[row]!));
    return CellTable.of(this.family, keys, this.counts, this.buckets);
  }

  /** Gives every key its number of another space. */
  renumber(from: KeySpace, to: KeySpace): void {
    for (let row = 0; row < this.size; row += 1)
      this.ids[row] = to.idOf(this.family, from.keyOf(this.family, this.ids[row]!));
    if (this.rowOf !== undefined || this.places.length > 0) this.placeAll();
  }

  /** Gives back the memory that rows are found by and grow into; the next row takes it again. */
  compact(): void {
    this.places = new Int32Array(0);
    this.rowOf = undefined;
    this.resize(Math.max(1, this.size));
  }

  /** Makes rows findable again after `compact`. */
  expand(): void {
    if (this.rowOf === undefined && this.places.length === 0) this.placeAll();
  }

  /** Empties the cells and keeps their memory: slots are many and short-lived. */
  reset(): void {
    if (this.rowOf !== undefined) for (let row = 0; row < this.size; row += 1) this.rowOf[this.ids[row]!] = 0;
    else if (this.size > 0) this.places.fill(0);
    this.counts.fill(0, 0, this.size * COUNTS_PER_CELL);
    this.buckets?.fill(0, 0, this.size * this.width);
    this.changed.fill(0, 0, this.size);
    this.untold = 0;
    this.size = 0;
  }

  private find(id: number): number {
    const { places, rowOf } = this;
    if (rowOf !== undefined) return id < rowOf.length ? rowOf[id]! - 1 : -1;
    const mask = places.length / 2 - 1;
    for (let at = placeOf(id, mask); ; at = (at + 1) & mask) {
      const row = places[2 * at + 1]! - 1;
      if (row < 0 || places[2 * at] === id) return row;
    }
  }

  private add(id: number): number {
    if (id !== OTHER_ID && this.size - (this.has(OTHER_ID) ? 1 : 0) >= this.rowsMax) return this.row(OTHER_ID);
    const row = this.size;
    if (row >= this.ids.length) this.resize(2 * this.ids.length);
    this.size = row + 1;
    this.ids[row] = id;
    if (this.rowOf === undefined && 4 * this.size > this.places.length) this.placeAll();
    else this.place(id, row);
    return row;
  }

  private place(id: number, row: number): void {
    const { places, rowOf } = this;
    if (rowOf !== undefined) return this.placeDense(rowOf, id, row);
    const mask = places.length / 2 - 1;
    let at = placeOf(id, mask);
    while (places[2 * at + 1] !== 0) at = (at + 1) & mask;
    places[2 * at] = id;
    places[2 * at + 1] = row + 1;
  }

  private placeDense(rowOf: Int32Array, id: number, row: number): void {
    if (id < rowOf.length) {
      rowOf[id] = row + 1;
      return;
    }
    const larger = new Int32Array(2 ** Math.ceil(Math.log2(id + 1)));
    larger.set(rowOf);
    larger[id] = row + 1;
    this.rowOf = larger;
  }

  private placeAll(): void {
    if (this.size > ROWS_DENSE) {
      this.places = new Int32Array(0);
      this.rowOf = new Int32Array(2 * this.size);
      for (let row = 0; row < this.size; row += 1) this.place(this.ids[row]!, row);
      return;
    }
    this.rowOf = undefined;
    let length = 4 * ROWS_FIRST;
    while (length < 4 * this.size) length *= 2;
    this.places = new Int32Array(length);
    for (let row = 0; row < this.size; row += 1) this.place(this.ids[row]!, row);
  }

  private resize(rows: number): void {
    const { size } = this;
    this.counts = resized(this.counts.subarray(0, size * COUNTS_PER_CELL), rows * COUNTS_PER_CELL);
    this.buckets &&= resized(this.buckets.subarray(0, size * this.width), rows * this.width);
    const [ids, changed] = [new Int32Array(rows), new Uint8Array(rows)];
    ids.set(this.ids.subarray(0, size));
    changed.set(this.changed.subarray(0, size));
    this.ids = ids;
    this.changed = changed;
  }
}

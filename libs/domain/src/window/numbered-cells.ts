import { bucketsOf, CellTable } from './cell-table.js';
import { type Cells, COUNT, COUNTS_PER_CELL } from './cells.js';
import { type KeySpace, type NumberedFamily, OTHER_ID } from './key-space.js';

const ROWS_FIRST = 64;

const resized = (array: Uint32Array, length: number): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
};

/**
 * Cells of a family of many keys, by the numbers of their keys: a row is found by reading an array. `counts` and `buckets` are
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
  /** Number → row + 1. */
  private index = new Int32Array(0);
  private readonly width: number;

  /** Beyond `rowsMax` rows, further keys share the row of `OTHER_KEY`. */
  constructor(
    readonly family: NumberedFamily,
    private readonly rowsMax = Number.POSITIVE_INFINITY,
  ) {
    this.width = bucketsOf(family);
    this.buckets = this.width === 0 ? undefined : new Uint32Array(ROWS_FIRST * this.width);
  }

  /** Whether a number has a row. */
  has(id: number): boolean {
    return id < this.index.length && this.index[id] !== 0;
  }

  /** The row of a number; it is added when absent. */
  row(id: number): number {
    const known = id < this.index.length ? this.index[id]! : 0;
    return known > 0 ? known - 1 : this.add(id);
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
        this.buckets![row * this.width + i]! += from.buckets?.[fromRow * this.width + i] ?? 0;
      this.mark(row);
    });
  }

  /** Adds the histogram of a row of other cells. */
  addBuckets(id: number, from: NumberedCells, fromRow: number): void {
    const { width } = this;
    const at = this.row(id) * width;
    const into = this.buckets!;
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

  /** Rows with their keys, in cells of their own. */
  toCells(space: KeySpace, rows: readonly number[] | 'all'): CellTable {
    const size = rows === 'all' ? this.size : rows.length;
    const keys: string[] = [];
    const counts = new Uint32Array(size * COUNTS_PER_CELL);
    const buckets = this.buckets && new Uint32Array(size * this.width);
    for (let i = 0; i < size; i += 1) {
      const row = rows === 'all' ? i : rows[i]!;
      keys.push(space.keyOf(this.family, this.ids[row]!));
      const from = row * COUNTS_PER_CELL;
      for (let count = 0; count < COUNTS_PER_CELL; count += 1)
        counts[i * COUNTS_PER_CELL + count] = this.counts[from + count]!;
      buckets?.set(this.buckets!.subarray(row * this.width, (row + 1) * this.width), i * this.width);
    }
    return CellTable.of(this.family, keys, counts, buckets);
  }

  /** Gives every key its number of another space. */
  renumber(from: KeySpace, to: KeySpace): void {
    for (let row = 0; row < this.size; row += 1)
      this.ids[row] = to.idOf(this.family, from.keyOf(this.family, this.ids[row]!));
    this.index = new Int32Array(0);
    for (let row = 0; row < this.size; row += 1) this.keep(this.ids[row]!, row);
  }

  /** Gives back the memory that rows are found by and grow into; the next row takes it again. */
  compact(): void {
    this.index = new Int32Array(0);
    this.resize(Math.max(1, this.size));
  }

  /** Makes rows findable again after `compact`. */
  expand(): void {
    if (this.index.length > 0) return;
    for (let row = 0; row < this.size; row += 1) this.keep(this.ids[row]!, row);
  }

  /** Empties the cells and keeps their memory: slots are many and short-lived. */
  reset(): void {
    for (let row = 0; row < this.size; row += 1) this.index[this.ids[row]!] = 0;
    this.counts.fill(0, 0, this.size * COUNTS_PER_CELL);
    this.buckets?.fill(0, 0, this.size * this.width);
    this.changed.fill(0, 0, this.size);
    this.untold = 0;
    this.size = 0;
  }

  private add(id: number): number {
    if (id !== OTHER_ID && this.size - (this.has(OTHER_ID) ? 1 : 0) >= this.rowsMax) return this.row(OTHER_ID);
    const row = this.size;
    if (row >= this.ids.length) this.resize(2 * this.ids.length);
    this.size = row + 1;
    this.ids[row] = id;
    this.keep(id, row);
    return row;
  }

  private keep(id: number, row: number): void {
    if (id >= this.index.length) {
      const larger = new Int32Array(Math.max(2 * this.index.length, id + 1, ROWS_FIRST));
      larger.set(this.index);
      this.index = larger;
    }
    this.index[id] = row + 1;
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

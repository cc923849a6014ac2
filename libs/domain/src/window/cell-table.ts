import { FAMILIES, type Family, OTHER_KEY } from '#contracts';
import { type CellColumns, type Cells, COUNTS_PER_CELL } from './cells.js';
import { bucketCount } from './histogram.js';

/** Buckets of a cell of a family; 0 in families of counts only. */
export const bucketsOf = (family: Family): number => bucketCount(FAMILIES[family].sub);

const grown = (array: Uint32Array, length: number): Uint32Array => {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
};

/**
 * Cells that can be added to. `counts` and `buckets` are replaced when rows are added beyond the capacity: read them again after
 * `row`. They may be longer than `size` rows. A 32-bit count holds 4.29 billion outcomes of one cell and second.
 */
export class CellTable implements Cells {
  keys: string[] = [];
  counts: Uint32Array;
  buckets: Uint32Array | undefined;
  /** How often a key found no row of its own and was given the row of `OTHER_KEY`. */
  overflowed = 0;
  /** Made when a row is first looked for. */
  private index: Map<string, number> | undefined;
  private capacity = 1;
  private readonly bucketsPerCell: number;

  /** Beyond `rowsMax` keys, further ones share the row of `OTHER_KEY`. */
  constructor(
    readonly family: Family,
    private readonly rowsMax = Number.POSITIVE_INFINITY,
  ) {
    this.bucketsPerCell = bucketsOf(family);
    this.counts = new Uint32Array(COUNTS_PER_CELL);
    this.buckets = this.bucketsPerCell === 0 ? undefined : new Uint32Array(this.bucketsPerCell);
  }

  /** Cells of these columns, which become theirs. */
  static of(family: Family, keys: string[], counts: Uint32Array, buckets: Uint32Array | undefined): CellTable {
    const cells = new CellTable(family);
    cells.keys = keys;
    cells.counts = counts;
    cells.buckets = buckets;
    cells.capacity = counts.length / COUNTS_PER_CELL;
    return cells;
  }

  private get rows(): Map<string, number> {
    this.index ??= new Map(this.keys.map((key, row) => [key, row]));
    return this.index;
  }

  get size(): number {
    return this.keys.length;
  }

  readonly find = (key: string): number => this.rows.get(key) ?? -1;

  readonly row = (key: string): number => {
    const known = this.rows.get(key);
    if (known !== undefined) return known;
    if (key !== OTHER_KEY && this.keys.length - (this.rows.has(OTHER_KEY) ? 1 : 0) >= this.rowsMax) {
      this.overflowed += 1;
      return this.row(OTHER_KEY);
    }
    const row = this.keys.push(key) - 1;
    this.rows.set(key, row);
    if (row >= this.capacity) this.grow(Math.max(row + 1, 2 * this.capacity));
    return row;
  };

  /** Chosen rows. */
  pick(rows: readonly number[]): CellColumns {
    const { family, buckets } = this;
    const width = buckets === undefined ? 0 : this.bucketsPerCell;
    const counts = new Uint32Array(rows.length * COUNTS_PER_CELL);
    const picked = buckets === undefined ? undefined : new Uint32Array(rows.length * width);
    rows.forEach((row, index) => {
      counts.set(this.counts.subarray(row * COUNTS_PER_CELL, (row + 1) * COUNTS_PER_CELL), index * COUNTS_PER_CELL);
      if (buckets !== undefined) picked?.set(buckets.subarray(row * width, (row + 1) * width), index * width);
    });
    return { family, size: rows.length, keys: rows.map((row) => this.keys[row]!), counts, buckets: picked };
  }

  /** Empties the table and keeps its memory: slots are many and short-lived. */
  reset(): void {
    this.counts.fill(0, 0, this.size * COUNTS_PER_CELL);
    this.buckets?.fill(0, 0, this.size * this.bucketsPerCell);
    this.keys.length = 0;
    this.index = undefined;
    this.overflowed = 0;
  }

  private grow(capacity: number): void {
    this.capacity = capacity;
    this.counts = grown(this.counts, capacity * COUNTS_PER_CELL);
    if (this.buckets !== undefined) this.buckets = grown(this.buckets, capacity * this.bucketsPerCell);
  }
}

/** An empty table; beyond `rowsMax` keys, further ones go to `OTHER_KEY` and are counted in `overflowed`. */
export const createCells = (family: Family, rowsMax?: number): CellTable => new CellTable(family, rowsMax);

/** Adds (sign 1) or subtracts (sign -1) one row of `from` to a row of `into`. */
const addRow = (into: CellTable, row: number, from: Cells, fromRow: number, sign: 1 | -1): void => {
  const { counts, buckets } = into;
  for (let i = 0; i < COUNTS_PER_CELL; i += 1)
    counts[row * COUNTS_PER_CELL + i]! += sign * from.counts[fromRow * COUNTS_PER_CELL + i]!;
  const added = from.buckets;
  if (buckets === undefined || added === undefined) return;
  const width = bucketsOf(into.family);
  for (let i = 0; i < width; i += 1) {
    const count = added[fromRow * width + i]!;
    if (count !== 0) buckets[row * width + i]! += sign * count;
  }
};

/** Adds one cell of `from` to the cell of `key`; both families must have the same buckets. Returns its row. */
export const addCell = (into: CellTable, key: string, from: Cells, fromRow: number): number => {
  const row = into.row(key);
  addRow(into, row, from, fromRow, 1);
  return row;
};

/** Adds all cells of the same family. */
export const addCells = (into: CellTable, from: Cells): void => {
  from.keys.forEach((key, row) => addCell(into, key, from, row));
};

/** Takes away cells that were added before. */
export const subtractCells = (into: CellTable, from: Cells): void => {
  from.keys.forEach((key, row) => addRow(into, into.row(key), from, row, -1));
};

/** Puts cells in the place of those with the same key; others stay. */
export const replaceCells = (into: CellTable, from: Cells): void => {
  const width = bucketsOf(into.family);
  from.keys.forEach((key, fromRow) => {
    const row = into.row(key);
    into.counts.fill(0, row * COUNTS_PER_CELL, (row + 1) * COUNTS_PER_CELL);
    into.buckets?.fill(0, row * width, (row + 1) * width);
    addRow(into, row, from, fromRow, 1);
  });
};

/** Cells of their own with the same content. */
export const cloneCells = (from: Cells): CellTable => {
  const clone = createCells(from.family);
  addCells(clone, from);
  return clone;
};

/** Chosen rows of `from`, in cells of their own. */
export const pickCells = (from: Cells, rows: Iterable<number>): CellTable => {
  const picked = createCells(from.family);
  for (const row of rows) addCell(picked, from.keys[row] ?? OTHER_KEY, from, row);
  return picked;
};

import type { Family } from '#contracts';
import type { ByteCounts } from './byte-counts.js';
import { COUNTS_PER_CELL } from './cells.js';
import { BEYOND } from './count-columns.js';
import { CROSSED_FAMILIES } from './crossed-cells-codec.js';
import { type KeySpace, OTHER_ID } from './key-space.js';
import type { Names } from './names.js';
import { NumberedColumns } from './numbered-columns.js';
import type { RowList } from './row-counts.js';

/** Rows for which there is room at first; it grows to those of the largest family. */
const ROWS_FIRST = 1_024;

/** Gathers rows of several columns into the cells of one family; kept, and filled again for the next. */
export class ColumnsBuilder {
  size = 0;
  private lefts = new Int32Array(ROWS_FIRST);
  private rights = new Int32Array(ROWS_FIRST);
  private counts = new Uint32Array(ROWS_FIRST * COUNTS_PER_CELL);

  begin(): void {
    this.size = 0;
  }

  /** Adds listed rows of a column, by their keys, less what is to be taken from them. All rows of `BEYOND` are added to one. */
  addRows(right: number, { rows, size }: RowList, keys: Int32Array, from: ByteCounts, less?: ByteCounts): void {
    this.reserve(size + 1);
    const { counts } = this;
    const isShared = right === BEYOND;
    for (let i = 0; i < size; i += 1) {
      const row = rows[i]!;
      if (i === 0 || !isShared) this.beginRow(isShared ? OTHER_ID : keys[row]!, right);
      const into = (this.size - 1) * COUNTS_PER_CELL;
      from.readRow(row, 1, counts, into);
      less?.readRow(row, -1, counts, into);
    }
  }

  /** The cells that were gathered, valid until the builder is used again. */
  view(family: Family, names: Names, { labels }: KeySpace): NumberedColumns {
    const { size } = this;
    const rights = CROSSED_FAMILIES.has(family) ? this.rights.subarray(0, size) : undefined;
    const parts = { names, lefts: this.lefts.subarray(0, size), labels, rights };
    return new NumberedColumns(family, parts, this.counts.subarray(0, size * COUNTS_PER_CELL));
  }

  /** The cells that were gathered, in memory of their own. */
  copy(family: Family, names: Names, space: KeySpace): NumberedColumns {
    const { parts, counts } = this.view(family, names, space);
    const { lefts, rights } = parts;
    return new NumberedColumns(family, { ...parts, lefts: lefts.slice(), rights: rights?.slice() }, counts.slice());
  }

  private beginRow(left: number, right: number): void {
    const row = this.size;
    this.size = row + 1;
    this.lefts[row] = left;
    this.rights[row] = right;
    for (let i = 0; i < COUNTS_PER_CELL; i += 1) this.counts[row * COUNTS_PER_CELL + i] = 0;
  }

  private reserve(rows: number): void {
    const needed = this.size + rows;
    if (needed <= this.lefts.length) return;
    const [lefts, rights] = [new Int32Array(2 * needed), new Int32Array(2 * needed)];
    const counts = new Uint32Array(2 * needed * COUNTS_PER_CELL);
    lefts.set(this.lefts);
    rights.set(this.rights);
    counts.set(this.counts);
    this.lefts = lefts;
    this.rights = rights;
    this.counts = counts;
  }
}

import { ByteCounts } from './byte-counts.js';
import { COUNT, COUNTS_PER_CELL } from './cells.js';

/** Rows that were chosen, and how many; filled and read at once. */
export class RowList {
  size = 0;
  /** Grows to the rows of the largest slot. */
  rows = new Int32Array(1_024);

  /** Empties the list and makes room for so many rows. */
  begin(rowsMax: number): void {
    this.size = 0;
    if (rowsMax > this.rows.length) this.rows = new Int32Array(2 * rowsMax);
  }
}

/** All counts of a row, and those of failures, as bits of its word. */
const ALL_COUNTS = 0xffff_ffff;
const BAD_COUNT = 0xff << (8 * COUNT.bad);

/** Lists the rows below `end` that have outcomes, or only those with failures. */
export const listFilled = ({ words }: ByteCounts, end: number, list: RowList, isAll = true): void => {
  list.begin(end);
  const { rows } = list;
  const filled = Math.min(end, words.length);
  const mask = isAll ? ALL_COUNTS : BAD_COUNT;
  let size = 0;
  for (let row = 0; row < filled; row += 1) {
    if ((words[row]! & mask) === 0) continue;
    rows[size] = row;
    size += 1;
  }
  list.size = size;
};

const keep = (list: RowList, isKept: (row: number) => boolean): void => {
  const { rows } = list;
  let size = 0;
  for (let at = 0; at < list.size; at += 1) {
    const row = rows[at]!;
    if (!isKept(row)) continue;
    rows[size] = row;
    size += 1;
  }
  list.size = size;
};

/** As many as a count of 32 bits tells. */
const outcomesOf = (counts: ByteCounts, row: number): number =>
  (counts.at(row * COUNTS_PER_CELL + COUNT.good) +
    counts.at(row * COUNTS_PER_CELL + COUNT.bad) +
    counts.at(row * COUNTS_PER_CELL + COUNT.excluded)) >>>
  0;

/** What of the counts is not told yet; each includes those before it. */
const UNTOLD = { nothing: 0, quiet: 1, any: 2 } as const;
const NOTHING = new Uint32Array(0);
/** Stands for what `counts` has. */
const ALL_TOLD = new Uint32Array(0);

/** Four counts a row, absolute, and how far they are known elsewhere: told in ticks, and flushed to Postgres. */
export class RowCounts {
  counts = new ByteCounts();
  /** The counts as they were flushed; undefined when none were. */
  flushed: ByteCounts | undefined;
  /** Nothing was counted since they were flushed. */
  private isFlushed = false;
  private untold: number = UNTOLD.nothing;
  /** Row → outcomes that were told. */
  private told = NOTHING;

  /** To be called before rows below `end` are counted. */
  begin(end: number): void {
    this.untold = UNTOLD.any;
    if (this.told === ALL_TOLD) this.told = this.outcomes();
    if (this.isFlushed) this.flushed = this.counts.clone(this.counts.bytes.length);
    this.isFlushed = false;
    this.counts.reserve(end * COUNTS_PER_CELL);
  }

  /** Adds four counts of a row, from an index on. */
  add(row: number, counts: Uint32Array, from: number): void {
    this.begin(row + 1);
    for (let i = 0; i < COUNTS_PER_CELL; i += 1) this.counts.add(row * COUNTS_PER_CELL + i, counts[from + i]!);
  }

  markFlushed(): void {
    this.isFlushed = true;
    this.flushed = undefined;
  }

  markUntold(): void {
    this.untold = UNTOLD.any;
    this.told = NOTHING;
  }

  /** Lists the rows that changed since they were told, which counts as telling them; only failing ones unless all are asked for. */
  takeUntold(isAll: boolean, end: number, list: RowList): void {
    list.begin(0);
    if (this.untold === UNTOLD.nothing || (!isAll && this.untold === UNTOLD.quiet)) return;
    this.untold = isAll ? UNTOLD.nothing : UNTOLD.quiet;
    if (this.told.length < end) this.growTold(end);
    const { counts, told } = this;
    listFilled(counts, end, list, isAll);
    keep(list, (row) => {
      const outcomes = outcomesOf(counts, row);
      if (told[row] === outcomes) return false;
      told[row] = outcomes;
      return true;
    });
  }

  /** Lists the rows that changed since they were flushed. */
  listUnflushed(end: number, list: RowList): void {
    list.begin(0);
    const { flushed, counts } = this;
    if (this.isFlushed) return;
    listFilled(counts, end, list);
    if (flushed !== undefined) keep(list, (row) => outcomesOf(flushed, row) !== outcomesOf(counts, row));
  }

  /** The same counts, told and flushed alike, in other rows. */
  moved(end: number, rowOf: (row: number) => number): RowCounts {
    const moved = new RowCounts();
    moved.isFlushed = this.isFlushed;
    moved.untold = this.untold;
    moved.flushed = this.flushed && new ByteCounts();
    const list = new RowList();
    listFilled(this.counts, end, list);
    for (const from of list.rows.subarray(0, list.size)) {
      const into = rowOf(from);
      if (into >= moved.told.length) moved.growTold(into + 1);
      moved.told[into] = this.told === ALL_TOLD ? outcomesOf(this.counts, from) : (this.told[from] ?? 0);
      moveRow(this.counts, from, moved.counts, into);
      if (this.flushed !== undefined) moveRow(this.flushed, from, moved.flushed!, into);
    }
    return moved;
  }

  /** Takes no more memory than rows below `end` need. */
  trim(end: number): void {
    this.counts.trim(end * COUNTS_PER_CELL);
    if (this.untold === UNTOLD.nothing && this.isFlushed) this.told = ALL_TOLD;
  }

  private outcomes(): Uint32Array<ArrayBuffer> {
    const outcomes = new Uint32Array(this.counts.words.length);
    for (let row = 0; row < outcomes.length; row += 1) outcomes[row] = outcomesOf(this.counts, row);
    return outcomes;
  }

  private growTold(end: number): void {
    const larger = new Uint32Array(2 * end);
    larger.set(this.told);
    this.told = larger;
  }
}

/** Adds four counts of a row to those of another. */
export const moveRow = (from: ByteCounts, fromRow: number, into: ByteCounts, row: number): void => {
  into.reserve((row + 1) * COUNTS_PER_CELL);
  into.addRow(row, from, fromRow);
};

/** Pairs of a new table; a power of two. At most half of its places are taken. */
const PAIRS_FIRST = 1_024;
/** Right parts whose pairs are found by their left part in an array: releases and regions of a fleet. Those of more are found by hash. */
const COLUMNS_MAX = 64;
/** Odd constants that spread the parts over the table (golden ratio, and a prime of xxHash). */
const SPREAD_LEFT = 0x9e37_79b1;
const SPREAD_RIGHT = 0x85eb_ca77;

const placeOf = (left: number, right: number, mask: number): number => {
  const mixed = Math.imul(left, SPREAD_LEFT) ^ Math.imul(right, SPREAD_RIGHT);
  return (mixed ^ (mixed >>> 15)) & mask;
};

const grown = (array: Int32Array, length: number): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
};

/** Pairs of numbers by number. The number 0 is no pair: it stands for all pairs beyond a bound. */
export class PairIds {
  /** Numbers that are taken. */
  size = 1;
  private lefts = new Int32Array(PAIRS_FIRST);
  private rights = new Int32Array(PAIRS_FIRST);
  /** Number, 0 is free. */
  private places = new Int32Array(2 * PAIRS_FIRST);

  /** Right part → left part → number of the pair; 0 is none. */
  private readonly columns = new Map<number, Int32Array<ArrayBuffer>>();
  private lastRight = Number.NaN;
  private lastColumn: Int32Array<ArrayBuffer> | undefined;

  left(id: number): number {
    return this.lefts[id]!;
  }

  right(id: number): number {
    return this.rights[id]!;
  }

  /** The number of a pair; it is added when absent. */
  idOf(left: number, right: number): number {
    const column = this.columnOf(right);
    if (column === undefined) return this.idByHash(left, right);
    const known = left < column.length ? column[left]! : 0;
    if (known > 0) return known;
    const id = this.idByHash(left, right);
    this.keep(column, left, right, id);
    return id;
  }

  private columnOf(right: number): Int32Array<ArrayBuffer> | undefined {
    if (right === this.lastRight) return this.lastColumn;
    let column = this.columns.get(right);
    if (column === undefined && this.columns.size < COLUMNS_MAX) {
      column = new Int32Array(PAIRS_FIRST);
      this.columns.set(right, column);
    }
    this.lastRight = right;
    this.lastColumn = column;
    return column;
  }

  private keep(column: Int32Array<ArrayBuffer>, left: number, right: number, id: number): void {
    let wide = column;
    if (left >= column.length) {
      wide = grown(column, Math.max(2 * column.length, left + 1));
      this.columns.set(right, wide);
      this.lastColumn = wide;
    }
    wide[left] = id;
  }

  private idByHash(left: number, right: number): number {
    const mask = this.places.length - 1;
    for (let at = placeOf(left, right, mask); ; at = (at + 1) & mask) {
      const id = this.places[at]!;
      if (id === 0) return this.add(left, right, at);
      if (this.lefts[id] === left && this.rights[id] === right) return id;
    }
  }

  /** The number of a pair, or 0. */
  find(left: number, right: number): number {
    const mask = this.places.length - 1;
    for (let at = placeOf(left, right, mask); ; at = (at + 1) & mask) {
      const id = this.places[at]!;
      if (id === 0 || (this.lefts[id] === left && this.rights[id] === right)) return id;
    }
  }

  private add(left: number, right: number, place: number): number {
    const id = this.size;
    const isFull = id >= this.lefts.length;
    if (isFull) this.grow();
    this.size = id + 1;
    this.lefts[id] = left;
    this.rights[id] = right;
    if (isFull) this.place(id);
    else this.places[place] = id;
    return id;
  }

  private place(id: number): void {
    const mask = this.places.length - 1;
    let at = placeOf(this.lefts[id]!, this.rights[id]!, mask);
    while (this.places[at] !== 0) at = (at + 1) & mask;
    this.places[at] = id;
  }

  private grow(): void {
    const length = 2 * this.lefts.length;
    this.lefts = grown(this.lefts, length);
    this.rights = grown(this.rights, length);
    this.places = new Int32Array(2 * length);
    for (let id = 1; id < this.size; id += 1) this.place(id);
  }
}

import { CUSUM_COLUMNS, resetCusum } from './cusum.js';

/**
 * Most cells that are tested: a fleet of 10,000 customers and 1,000 nodes has 11,500, and 50,000 take 20 MB. Further ones are not
 * tested until others are forgotten; the exact windows, which are the sure path, still judge them.
 */
export const CELLS_MAX = 50_000;
const CELLS_FIRST = 256;
/** Cells that a cell also counts for. */
const PARENTS_MAX = 2;

/** The cells of all tests as columns, by number. Numbers of forgotten cells are given again. */
export class TestCells {
  private readonly numbers = new Map<string, Map<string, number>>();
  /** Cell → whose it is; a cell that was forgotten keeps its key until it is given again. */
  private readonly scopes: string[] = [];
  private readonly keys: string[] = [];
  private readonly isFree: boolean[] = [];
  /** Scope → number of a key where it is counted → its cell as it was last found; -1 where it was never. */
  private readonly found = new Map<string, Int32Array>();
  private given = 0;
  private readonly free: number[] = [];
  /** Cell → its numbers, `CUSUM_COLUMNS` of each. */
  data = new Float64Array(CELLS_FIRST * CUSUM_COLUMNS);
  /** Cell → what the tick that is not over added. */
  good = new Float64Array(CELLS_FIRST);
  bad = new Float64Array(CELLS_FIRST);
  /** Cell → the last tick that added something. */
  private tick = new Float64Array(CELLS_FIRST);
  private parents = new Int32Array(CELLS_FIRST * PARENTS_MAX).fill(-1);
  /** Cells to which the tick that is not over added something. */
  private touched = new Int32Array(CELLS_FIRST);
  private touchedCount = 0;

  get size(): number {
    return this.given - this.free.length;
  }

  /** The number of a cell, or -1. */
  find(scope: string, key: string): number {
    return this.numbers.get(scope)?.get(key) ?? -1;
  }

  /** As `find`, of a key that has a number where it is counted, so that its text need not be hashed. */
  findNumbered(scope: string, key: string, number: number): number {
    const found = this.foundIn(scope, number);
    const known = found[number]!;
    if (known >= 0 && this.keys[known] === key && this.scopes[known] === scope && this.isFree[known] === false)
      return known;
    const cell = this.find(scope, key);
    found[number] = cell;
    return cell;
  }

  /** The number of a cell, which is made when it is new; -1 beyond the bound. It is not forgotten as long as it is named. */
  add(scope: string, key: string, tick: number): number {
    const known = this.find(scope, key);
    if (known >= 0) this.tick[known] = tick;
    if (known >= 0 || this.size >= CELLS_MAX) return known;
    const cell = this.free.pop() ?? this.given;
    if (cell === this.given) this.given += 1;
    if (cell >= this.good.length) this.grow(2 * cell);
    this.tick[cell] = tick;
    resetCusum(this.data, cell * CUSUM_COLUMNS);
    this.parents.fill(-1, cell * PARENTS_MAX, (cell + 1) * PARENTS_MAX);
    const ofScope = this.numbers.get(scope) ?? new Map<string, number>();
    this.numbers.set(scope, ofScope.set(key, cell));
    this.scopes[cell] = scope;
    this.keys[cell] = key;
    this.isFree[cell] = false;
    return cell;
  }

  /** Lets a cell count for others too. */
  setParents(cell: number, parents: readonly number[]): void {
    for (let i = 0; i < PARENTS_MAX; i += 1) this.parents[cell * PARENTS_MAX + i] = parents[i] ?? -1;
  }

  /** Adds outcomes of a tick to a cell and those it counts for. */
  count(cell: number, tick: number, good: number, bad: number): void {
    this.countOne(cell, tick, good, bad);
    for (let i = 0; i < PARENTS_MAX; i += 1) {
      const parent = this.parents[cell * PARENTS_MAX + i]!;
      if (parent >= 0) this.countOne(parent, tick, good, bad);
    }
  }

  /** Visits the cells to which something was added, and begins the next tick. */
  takeTouched(visit: (cell: number, good: number, bad: number) => void): void {
    const { touched, good, bad } = this;
    for (let i = 0; i < this.touchedCount; i += 1) {
      const cell = touched[i]!;
      // What a partition took back, when another process tells it, is no outcome.
      const [added, failed] = [Math.max(0, good[cell]!), Math.max(0, bad[cell]!)];
      if (added + failed > 0) visit(cell, added, failed);
      good[cell] = bad[cell] = 0;
    }
    this.touchedCount = 0;
  }

  /** Forgets cells to which nothing was added since a tick. */
  forgetBefore(tick: number): void {
    for (const keys of this.numbers.values())
      for (const [key, cell] of keys)
        if (this.tick[cell]! < tick) {
          keys.delete(key);
          this.free.push(cell);
          this.isFree[cell] = true;
        }
  }

  private foundIn(scope: string, number: number): Int32Array {
    const found = this.found.get(scope);
    if (found !== undefined && number < found.length) return found;
    const larger = new Int32Array(Math.max(CELLS_FIRST, 2 * number)).fill(-1);
    if (found !== undefined) larger.set(found);
    this.found.set(scope, larger);
    return larger;
  }

  private countOne(cell: number, tick: number, good: number, bad: number): void {
    if (this.good[cell] === 0 && this.bad[cell] === 0) {
      if (this.touchedCount === this.touched.length) this.touched = resized(this.touched, 2 * this.touchedCount);
      this.touched[this.touchedCount] = cell;
      this.touchedCount += 1;
    }
    this.good[cell]! += good;
    this.bad[cell]! += bad;
    this.tick[cell] = tick;
  }

  private grow(cells: number): void {
    this.data = resized(this.data, cells * CUSUM_COLUMNS);
    this.good = resized(this.good, cells);
    this.bad = resized(this.bad, cells);
    this.tick = resized(this.tick, cells);
    const filled = this.parents.length;
    this.parents = resized(this.parents, cells * PARENTS_MAX).fill(-1, filled);
  }
}

const resized = <T extends Float64Array | Int32Array>(array: T, length: number): T => {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
};

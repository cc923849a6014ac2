import { COUNT } from './cells.js';
import type { ChangedCells } from './changed-cells.js';
import type { VisitAdded } from './window-sum.js';

const KEYS_FIRST = 64;

/** What was added to the cells of a family since somebody asked, by the number of the key; as many as the family has keys. */
export class AddedCounts {
  private good = new Float64Array(KEYS_FIRST);
  private bad = new Float64Array(KEYS_FIRST);
  private isTouched = new Uint8Array(KEYS_FIRST);
  private readonly touched: number[] = [];

  add(column: number, id: number, delta: number): void {
    if (column !== COUNT.good && column !== COUNT.bad) return;
    if (id >= this.good.length) this.grow(2 * id);
    if (this.isTouched[id] === 0) {
      this.isTouched[id] = 1;
      this.touched.push(id);
    }
    const counts = column === COUNT.good ? this.good : this.bad;
    counts[id]! += delta;
  }

  /** Adds to many cells. */
  addAll(column: number, { changedIds, deltas, changed }: ChangedCells): void {
    for (let at = 0; at < changed; at += 1) this.add(column, changedIds[at]!, deltas[at]!);
  }

  /** Visits what was added, and forgets it. */
  take(keyOf: (id: number) => string, visit: VisitAdded): void {
    const { good, bad, isTouched, touched } = this;
    for (const id of touched) {
      visit(keyOf(id), good[id]!, bad[id]!, id);
      good[id] = bad[id] = isTouched[id] = 0;
    }
    touched.length = 0;
  }

  private grow(length: number): void {
    const { good, bad, isTouched } = this;
    this.good = new Float64Array(length);
    this.bad = new Float64Array(length);
    this.isTouched = new Uint8Array(length);
    this.good.set(good);
    this.bad.set(bad);
    this.isTouched.set(isTouched);
  }
}

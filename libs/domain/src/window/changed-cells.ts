/** Rows for which there is room at first; it grows to the largest block. */
const ROWS_FIRST = 1_024;

/**
 * The cells of a block on their way into the windows, column by column: short loops over arrays of numbers, of which the processor
 * has many in flight, instead of a walk through all tables for each row. Used for one block at a time, by whatever family.
 */
export class ChangedCells {
  size = 0;
  /** Row → number of its key; rows without one are left out. */
  ids = new Int32Array(ROWS_FIRST);
  rows = new Int32Array(ROWS_FIRST);
  /** Row → place in what was told. */
  places = new Int32Array(ROWS_FIRST);
  /** Of one count: the numbers whose count changed, and by how much. */
  changed = 0;
  changedIds = new Int32Array(ROWS_FIRST);
  deltas = new Float64Array(ROWS_FIRST);
  /** All numbers that changed are below. */
  idsEnd = 0;

  /** Empties it and makes room for so many rows. */
  begin(rows: number): void {
    this.size = 0;
    if (rows <= this.ids.length) return;
    this.ids = new Int32Array(2 * rows);
    this.rows = new Int32Array(2 * rows);
    this.places = new Int32Array(2 * rows);
    this.changedIds = new Int32Array(2 * rows);
    this.deltas = new Float64Array(2 * rows);
  }

  add(row: number, id: number): void {
    const at = this.size;
    this.size = at + 1;
    this.ids[at] = id;
    this.rows[at] = row;
  }

  /** Begins with another count. */
  beginColumn(): void {
    this.changed = 0;
    this.idsEnd = 0;
  }

  change(id: number, delta: number): void {
    const at = this.changed;
    this.changed = at + 1;
    this.changedIds[at] = id;
    this.deltas[at] = delta;
    if (id >= this.idsEnd) this.idsEnd = id + 1;
  }
}

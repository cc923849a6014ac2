import { type PendingSlot, ROWS_PER_ZONE } from './pending-slot.js';

/** Its rows are not looked up yet. */
export const NO_ROW = -1;

/** The rows of the zones of one batch in one slot, so that an outcome costs additions and no look-up. */
export class RowCache {
  slot = Number.NaN;
  pending: PendingSlot | undefined;
  nodeRow = 0;
  isLate = false;
  rows = new Int32Array(256 * ROWS_PER_ZONE);

  /** Begins a batch of so many zones in a slot. */
  begin(slot: number, pending: PendingSlot, nodeRow: number, isLate: boolean, zones: number): void {
    this.slot = slot;
    this.pending = pending;
    this.nodeRow = nodeRow;
    this.isLate = isLate;
    if (zones * ROWS_PER_ZONE > this.rows.length) this.rows = new Int32Array(2 * zones * ROWS_PER_ZONE);
    this.rows.fill(NO_ROW, 0, zones * ROWS_PER_ZONE);
  }

  /** The cache belongs to no slot any more. */
  forget(): void {
    this.slot = Number.NaN;
    this.pending = undefined;
  }
}

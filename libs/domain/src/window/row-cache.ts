import { type PendingSlot, ROWS_PER_ZONE } from './pending-slot.js';

const U32_MAX = 0xffff_ffff;

/**
 * The rows of the zones of one batch in one slot, so that an outcome costs additions and no look-up. Starting anew is one
 * addition too: an entry counts only when its stamp is of this generation.
 */
export class RowCache {
  slot = Number.NaN;
  pending: PendingSlot | undefined;
  nodeRow = 0;
  isLate = false;
  rows = new Int32Array(256 * ROWS_PER_ZONE);
  private stamps = new Uint32Array(256);
  private generation = 0;
  private readonly indexById = new Map<number, number>();

  begin(slot: number, pending: PendingSlot, nodeRow: number, isLate: boolean): void {
    this.slot = slot;
    this.pending = pending;
    this.nodeRow = nodeRow;
    this.isLate = isLate;
    this.indexById.clear();
    if (this.generation === U32_MAX) {
      this.stamps.fill(0);
      this.generation = 0;
    }
    this.generation += 1;
  }

  /** The cache belongs to no slot any more. */
  forget(): void {
    this.slot = Number.NaN;
    this.pending = undefined;
  }

  /** Registry ids are sparse: they get consecutive indices within the batch. */
  indexOfId(id: number): number {
    const known = this.indexById.get(id);
    if (known !== undefined) return known;
    const index = this.indexById.size;
    this.indexById.set(id, index);
    return index;
  }

  /** Whether the rows of a zone are there; from now on they are. */
  isKnown(index: number): boolean {
    if (index >= this.stamps.length) this.grow(index);
    if (this.stamps[index] === this.generation) return true;
    this.stamps[index] = this.generation;
    return false;
  }

  private grow(index: number): void {
    const length = Math.max(index + 1, 2 * this.stamps.length);
    const stamps = new Uint32Array(length);
    stamps.set(this.stamps);
    this.stamps = stamps;
    const rows = new Int32Array(length * ROWS_PER_ZONE);
    rows.set(this.rows);
    this.rows = rows;
  }
}

import type { Family } from '#contracts';
import type { CellTable } from './cell-table.js';
import type { Block, CellColumns, ColumnBlock } from './cells.js';
import type { KeySpace } from './key-space.js';
import type { PendingSlot } from './pending-slot.js';
import { SlotTables } from './slot-tables.js';
import { TOLD_FAMILIES } from './told-families.js';

/**
 * The absolute state of one slot of one partition, of the families that are told, and which of it nobody was told yet. Families of the fleet's shape are told at
 * once; those of many keys at once where they fail, else when the slot has settled.
 */
export class OpenSlot {
  private readonly tables = new SlotTables(TOLD_FAMILIES);
  private readonly untold = new Map<Family, Set<number>>();
  private isRestored = false;

  add(pending: PendingSlot, shape: readonly CellTable[], space: KeySpace): void {
    for (const cells of this.tables.allNumbered) cells.expand();
    for (const cells of shape) this.tables.addShape(cells, this.markUntold);
    pending.addNumbered(this.tables, space);
  }

  /** Puts back what earlier runs had counted. Whoever reads may have missed it: all of it is told again, once more at the end. */
  restore(block: Block, space: KeySpace): void {
    this.isRestored = true;
    this.tables.addBlock(block, space, this.markUntold);
  }

  /** What changed since it was last told. */
  takeChanged(isAll: boolean, space: KeySpace): ColumnBlock {
    const changed = new Map<Family, CellColumns>();
    for (const [family, untold] of this.untold) {
      if (untold.size > 0) changed.set(family, this.tables.shape.get(family)!.pick([...untold]));
      untold.clear();
    }
    for (const cells of this.tables.allNumbered) {
      const rows = cells.takeChanged(isAll);
      if (rows.length > 0) changed.set(cells.family, cells.pick(space, rows));
    }
    return changed;
  }

  /** The last word on this slot: everything untold, and everything at all if a restart may have swallowed something. */
  takeLast(space: KeySpace): ColumnBlock {
    if (!this.isRestored) return this.takeChanged(true, space);
    for (const cells of this.tables.allNumbered) cells.markAll();
    for (const [family, table] of this.tables.shape)
      for (let row = 0; row < table.size; row += 1) this.markUntold(family, row);
    return this.takeChanged(true, space);
  }

  /** Gives back memory that only a slot needs which outcomes still fall into. */
  compact(): void {
    for (const cells of this.tables.allNumbered) cells.compact();
  }

  renumber(from: KeySpace, to: KeySpace): void {
    this.tables.renumber(from, to);
  }

  private readonly markUntold = (family: Family, row: number): void => {
    const rows = this.untold.get(family) ?? new Set<number>();
    this.untold.set(family, rows.add(row));
  };
}

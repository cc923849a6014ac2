import type { Family } from '#contracts';
import type { Block, CellColumns, ColumnBlock } from './cells.js';
import { type CustomerCounts, isOfCustomers } from './customer-counts.js';
import type { KeySpace } from './key-space.js';
import type { TakeShape } from './shape-counts.js';
import { ShapeTables } from './shape-tables.js';
import { TOLD_FAMILIES } from './told-families.js';

/**
 * The absolute state of one slot of one partition, of the families that are told, and which of it nobody was told yet. Families of the
 * fleet's shape are told at once; those of customers at once where they fail, else when the slot has settled.
 */
export class OpenSlot implements TakeShape {
  private readonly shape = new ShapeTables();
  private readonly untold = new Map<Family, Set<number>>();
  private isRestored = false;

  constructor(private readonly customers: CustomerCounts) {}

  readonly add: TakeShape['add'] = (family, key, from, fromRow, hasBuckets) => {
    const row = this.shape.add(family, key, from, fromRow, hasBuckets);
    const rows = this.untold.get(family) ?? new Set<number>();
    this.untold.set(family, rows.add(row));
    return row;
  };

  /** Puts back what earlier runs had counted. Whoever reads may have missed it: all of it is told again, once more at the end. */
  restore(block: Block, space: KeySpace): void {
    this.isRestored = true;
    for (const [family, cells] of block) {
      const telling = TOLD_FAMILIES.get(family);
      if (isOfCustomers(family)) this.customers.restore(family, cells, space);
      else if (telling !== undefined)
        cells.keys.forEach((key, row) => this.add(family, key, cells, row, telling === 'latency'));
    }
  }

  /** What changed since it was last told. */
  takeChanged(isAll: boolean, space: KeySpace): ColumnBlock {
    const changed = new Map<Family, CellColumns>();
    for (const [family, untold] of this.untold) {
      if (untold.size > 0) changed.set(family, this.shape.all.get(family)!.pick([...untold]));
      untold.clear();
    }
    this.customers.takeUntold(isAll, space, changed);
    return changed;
  }

  /** The last word on this slot: everything untold, and everything at all if a restart may have swallowed something. */
  takeLast(space: KeySpace): ColumnBlock {
    if (this.isRestored) {
      this.customers.markUntold();
      for (const [family, { size }] of this.shape.all)
        this.untold.set(family, new Set(Array.from({ length: size }, (_unused, row) => row)));
    }
    return this.takeChanged(true, space);
  }
}

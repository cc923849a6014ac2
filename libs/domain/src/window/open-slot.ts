import type { Family } from '#contracts';
import { decodeOwnBlock, encodeBlock } from './block-codec.js';
import { addCell, type CellTable, createCells, pickCells } from './cell-table.js';
import { type Block, COUNT, COUNTS_PER_CELL } from './cells.js';
import { ROWS_MAX } from './pending-slot.js';

/** Families with many keys: told at once when they fail, else when the slot has settled. */
const LARGE_FAMILIES: ReadonlySet<Family> = new Set([
  'customer',
  'customer_region',
  'customer_release',
  'zone',
  'zone_release',
]);

type Tables = Map<Family, CellTable>;

/** Adds a block to tables and says which rows changed. */
const addBlock = (tables: Tables, block: Block, changed: (family: Family, row: number) => void): void => {
  for (const [family, cells] of block) {
    const table = tables.get(family) ?? createCells(family, ROWS_MAX[family]);
    tables.set(family, table);
    cells.keys.forEach((key, row) => changed(family, addCell(table, key, cells, row)));
  }
};

/** Adds a block to a delta, in which nothing is asked about changes. */
export const addToDelta = (delta: Tables, block: Block): void => addBlock(delta, block, () => undefined);

/**
 * The absolute state of one slot of one partition, and which of it nobody was told yet:
 *
 *   hot ──freeze──▶ frozen (packed bytes; customers alone would take 8 MB a slot) ──add──▶ hot ──close──▶ gone
 */
export class OpenSlot {
  private tables: Tables = new Map();
  private frozen: Uint8Array | undefined;
  private readonly untold = new Map<Family, Set<number>>();
  private isRestored = false;

  add(block: Block): void {
    this.thaw();
    addBlock(this.tables, block, (family, row) => this.markUntold(family, row));
  }

  /** Puts back what earlier runs had counted. Whoever reads may have missed it: all of it is told again, once more at the end. */
  restore(block: Block): void {
    this.isRestored = true;
    this.add(block);
  }

  /** What changed since it was last told; large families only where they fail, or when all is to be told. */
  takeChanged(isAll: boolean): Block {
    const changed = new Map<Family, CellTable>();
    for (const [family, untold] of this.untold) {
      const table = this.tables.get(family);
      if (table === undefined) continue;
      const isWhole = isAll || !LARGE_FAMILIES.has(family);
      const rows = [...untold].filter((row) => isWhole || table.counts[row * COUNTS_PER_CELL + COUNT.bad]! > 0);
      for (const row of rows) untold.delete(row);
      if (rows.length > 0) changed.set(family, pickCells(table, rows));
    }
    return changed;
  }

  /** The last word on this slot: everything untold, and everything at all if a restart may have swallowed something. */
  takeLast(): Block {
    if (!this.isRestored) return this.takeChanged(true);
    this.thaw();
    for (const [family, table] of this.tables)
      for (let row = 0; row < table.size; row += 1) this.markUntold(family, row);
    return this.takeChanged(true);
  }

  /** Packs the state when nothing of it is untold; the next change unpacks it. */
  freeze(): void {
    if (this.frozen !== undefined || [...this.untold.values()].some((rows) => rows.size > 0)) return;
    this.frozen = encodeBlock(this.tables);
    this.tables = new Map();
    this.untold.clear();
  }

  private thaw(): void {
    if (this.frozen === undefined) return;
    addBlock(this.tables, decodeOwnBlock(this.frozen), () => undefined);
    this.frozen = undefined;
  }

  private markUntold(family: Family, row: number): void {
    const rows = this.untold.get(family) ?? new Set<number>();
    this.untold.set(family, rows.add(row));
  }
}

import type { Family } from '#contracts';
import { decodeOwnBlock, encodeBlock } from './block-codec.js';
import { addCell, bucketsOf, type CellTable, createCells } from './cell-table.js';
import { type Block, type CellColumns, type ColumnBlock, COUNT, COUNTS_PER_CELL } from './cells.js';
import { ROWS_MAX } from './pending-slot.js';
import { TOLD_FAMILIES } from './told-families.js';

/** Families with many keys: told at once when they fail, else when the slot has settled. */
const LARGE_FAMILIES: ReadonlySet<Family> = new Set(['customer', 'customer_region', 'customer_release']);

type Tables = Map<Family, CellTable>;

const toldOf = (block: Block): Block => new Map([...block].filter(([family]) => TOLD_FAMILIES.has(family)));

/** An empty table of a family that is told, without what is not told of it. */
const createTold = (family: Family): CellTable => {
  const table = createCells(family, ROWS_MAX[family]);
  if (TOLD_FAMILIES.get(family) === 'ratio') table.buckets = undefined;
  return table;
};

/** Chosen rows of a table. */
const pickTold = (from: CellTable, rows: readonly number[]): CellColumns => {
  const { family, buckets } = from;
  const width = buckets === undefined ? 0 : bucketsOf(family);
  const counts = new Uint32Array(rows.length * COUNTS_PER_CELL);
  const picked = buckets === undefined ? undefined : new Uint32Array(rows.length * width);
  rows.forEach((row, index) => {
    for (let i = 0; i < COUNTS_PER_CELL; i += 1)
      counts[index * COUNTS_PER_CELL + i] = from.counts[row * COUNTS_PER_CELL + i]!;
    if (buckets !== undefined) picked?.set(buckets.subarray(row * width, (row + 1) * width), index * width);
  });
  return { family, size: rows.length, keys: rows.map((row) => from.keys[row]!), counts, buckets: picked };
};

/** Adds a block to tables and says which rows changed. */
const addBlock = (
  tables: Tables,
  block: Block,
  create: (family: Family) => CellTable,
  changed: (family: Family, row: number) => void,
): void => {
  for (const [family, cells] of block) {
    const table = tables.get(family) ?? create(family);
    tables.set(family, table);
    cells.keys.forEach((key, row) => changed(family, addCell(table, key, cells, row)));
  }
};

/** Adds a block to a delta, in which nothing is asked about changes. */
export const addToDelta = (delta: Tables, block: Block): void =>
  addBlock(
    delta,
    block,
    (family) => createCells(family, ROWS_MAX[family]),
    () => undefined,
  );

/**
 * The absolute state of one slot of one partition, of the families that are told, and which of it nobody was told yet:
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
    addBlock(this.tables, toldOf(block), createTold, (family, row) => this.markUntold(family, row));
  }

  /** Puts back what earlier runs had counted. Whoever reads may have missed it: all of it is told again, once more at the end. */
  restore(block: Block): void {
    this.isRestored = true;
    this.add(block);
  }

  /** What changed since it was last told; large families only where they fail, or when all is to be told. */
  takeChanged(isAll: boolean): ColumnBlock {
    const changed = new Map<Family, CellColumns>();
    for (const [family, untold] of this.untold) {
      const table = this.tables.get(family);
      if (table === undefined) continue;
      const isWhole = isAll || !LARGE_FAMILIES.has(family);
      const rows = [...untold].filter((row) => isWhole || table.counts[row * COUNTS_PER_CELL + COUNT.bad]! > 0);
      for (const row of rows) untold.delete(row);
      if (rows.length > 0) changed.set(family, pickTold(table, rows));
    }
    return changed;
  }

  /** The last word on this slot: everything untold, and everything at all if a restart may have swallowed something. */
  takeLast(): ColumnBlock {
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
    addBlock(this.tables, decodeOwnBlock(this.frozen), createTold, () => undefined);
    this.frozen = undefined;
  }

  private markUntold(family: Family, row: number): void {
    const rows = this.untold.get(family) ?? new Set<number>();
    this.untold.set(family, rows.add(row));
  }
}

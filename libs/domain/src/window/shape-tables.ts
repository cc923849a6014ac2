import type { Family } from '#contracts';
import { addCell, type CellTable, createCells } from './cell-table.js';
import type { Cells } from './cells.js';

/**
 * Most rows of one slot and family; what is beyond shares `OTHER_KEY`. Nodes say themselves which PoP and release they are, so a broken one
 * could invent many: this is a fleet twenty times the largest that was measured.
 */
export const SHAPE_ROWS_MAX = 20_000;

/** Tables of families of the fleet's shape, which have few keys, by name. */
export class ShapeTables {
  private readonly tables = new Map<Family, CellTable>();

  /** Adds a cell to the cell of a key; its row. Histograms are kept unless the family is to do without. */
  add(family: Family, key: string, from: Cells, fromRow: number, hasBuckets = true): number {
    let table = this.tables.get(family);
    if (table === undefined) {
      table = createCells(family, SHAPE_ROWS_MAX);
      if (!hasBuckets) table.buckets = undefined;
      this.tables.set(family, table);
    }
    return addCell(table, key, from, fromRow);
  }

  get all(): ReadonlyMap<Family, CellTable> {
    return this.tables;
  }
}

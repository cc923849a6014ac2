import type { Family } from '#contracts';
import { addCell, type CellTable, createCells } from './cell-table.js';
import type { Cells } from './cells.js';
import { ROWS_MAX } from './rows-max.js';

/** Tables of families of the fleet's shape, which have few keys, by name. */
export class ShapeTables {
  private readonly tables = new Map<Family, CellTable>();

  /** Adds a cell to the cell of a key; its row. Histograms are kept unless the family is to do without. */
  add(family: Family, key: string, from: Cells, fromRow: number, hasBuckets = true): number {
    let table = this.tables.get(family);
    if (table === undefined) {
      table = createCells(family, ROWS_MAX[family]);
      if (!hasBuckets) table.buckets = undefined;
      this.tables.set(family, table);
    }
    return addCell(table, key, from, fromRow);
  }

  get all(): ReadonlyMap<Family, CellTable> {
    return this.tables;
  }
}

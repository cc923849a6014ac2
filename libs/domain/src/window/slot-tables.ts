import type { Family } from '#contracts';
import { addCell, CellTable, createCells } from './cell-table.js';
import type { Block } from './cells.js';
import { type KeySpace, NUMBERED_FAMILIES, type NumberedFamily } from './key-space.js';
import { NumberedCells } from './numbered-cells.js';
import { ROWS_MAX } from './rows-max.js';

const NUMBERED: ReadonlySet<string> = new Set(NUMBERED_FAMILIES);
const isNumbered = (family: Family): family is NumberedFamily => NUMBERED.has(family);

/** All families of one slot: those of the fleet's shape by key, those with many keys by number. */
export class SlotTables {
  readonly shape = new Map<Family, CellTable>();
  readonly numbered: Readonly<Record<NumberedFamily, NumberedCells>> = {
    customer: new NumberedCells('customer', ROWS_MAX.customer),
    customer_region: new NumberedCells('customer_region', ROWS_MAX.customer_region),
    customer_release: new NumberedCells('customer_release', ROWS_MAX.customer_release),
    zone: new NumberedCells('zone', ROWS_MAX.zone),
    zone_release: new NumberedCells('zone_release', ROWS_MAX.zone_release),
  };

  /** Adds cells of a family of the fleet's shape; `changed` is told each row. */
  addShape(cells: CellTable, changed?: (family: Family, row: number) => void): void {
    const { family } = cells;
    const table = this.shape.get(family) ?? createCells(family, ROWS_MAX[family]);
    this.shape.set(family, table);
    for (let row = 0; row < cells.size; row += 1) {
      const at = addCell(table, cells.keys[row]!, cells, row);
      changed?.(family, at);
    }
  }

  /** Adds a block that was packed. */
  addBlock(block: Block, space: KeySpace, changed?: (family: Family, row: number) => void): void {
    for (const [family, cells] of block) {
      if (isNumbered(family)) this.numbered[family].addCells(cells, (key) => space.idOf(family, key));
      else this.addShape(cells as CellTable, changed);
    }
  }

  /** All cells with their keys. */
  toBlock(space: KeySpace): Map<Family, CellTable> {
    const block = new Map(this.shape);
    for (const family of NUMBERED_FAMILIES)
      if (this.numbered[family].size > 0) block.set(family, this.numbered[family].toCells(space, 'all'));
    return block;
  }

  renumber(from: KeySpace, to: KeySpace): void {
    for (const family of NUMBERED_FAMILIES) this.numbered[family].renumber(from, to);
  }
}

import { type Family, FAMILIES } from '#contracts';
import { addCell, CellTable, createCells } from './cell-table.js';
import type { Block } from './cells.js';
import { type KeySpace, NUMBERED_FAMILIES, type NumberedFamily } from './key-space.js';
import { NumberedCells } from './numbered-cells.js';
import { ROWS_MAX } from './rows-max.js';
import type { Telling } from './told-families.js';

/** What is kept of which family. */
export type KeptFamilies = ReadonlyMap<Family, Telling>;
/** All of every family. */
export const ALL_FAMILIES: KeptFamilies = new Map(
  (Object.keys(FAMILIES) as Family[]).map((family) => [family, 'latency']),
);

const isNumbered = (family: Family): family is NumberedFamily =>
  NUMBERED_FAMILIES.some((numbered) => numbered === family);

/** Families of one slot: those of the fleet's shape by key, those with many keys by number. */
export class SlotTables {
  readonly shape = new Map<Family, CellTable>();
  /** undefined where the family is not kept. */
  readonly numbered: Readonly<Partial<Record<NumberedFamily, NumberedCells>>>;
  readonly allNumbered: readonly NumberedCells[];

  constructor(private readonly kept: KeptFamilies) {
    this.allNumbered = NUMBERED_FAMILIES.filter((family) => kept.has(family)).map(
      (family) => new NumberedCells(family, ROWS_MAX[family], kept.get(family) === 'latency'),
    );
    this.numbered = Object.fromEntries(this.allNumbered.map((cells) => [cells.family, cells]));
  }

  /** Adds cells of a family of the fleet's shape; `changed` is told each row. */
  addShape(cells: CellTable, changed?: (family: Family, row: number) => void): void {
    const { family } = cells;
    const telling = this.kept.get(family);
    if (telling === undefined) return;
    let table = this.shape.get(family);
    if (table === undefined) {
      table = createCells(family, ROWS_MAX[family]);
      if (telling === 'ratio') table.buckets = undefined;
      this.shape.set(family, table);
    }
    for (let row = 0; row < cells.size; row += 1) {
      const at = addCell(table, cells.keys[row]!, cells, row);
      changed?.(family, at);
    }
  }

  /** Adds a block that was packed. */
  addBlock(block: Block, space: KeySpace, changed?: (family: Family, row: number) => void): void {
    for (const [family, cells] of block) {
      if (isNumbered(family)) this.numbered[family]?.addCells(cells, (key) => space.idOf(family, key));
      else this.addShape(cells as CellTable, changed);
    }
  }

  /** All cells with their keys; what they hold goes with them. */
  toBlock(space: KeySpace): Map<Family, CellTable> {
    const block = new Map(this.shape);
    for (const cells of this.allNumbered) if (cells.size > 0) block.set(cells.family, cells.toTable(space));
    return block;
  }

  renumber(from: KeySpace, to: KeySpace): void {
    for (const cells of this.allNumbered) cells.renumber(from, to);
  }
}

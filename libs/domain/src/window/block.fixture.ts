import fc from 'fast-check';
import { type Family, FAMILY_NAMES } from '#contracts';
import { bucketsOf, createCells } from './cell-table.js';
import { type Block, type CellColumns, type Cells, type ColumnBlock, COUNT, COUNTS_PER_CELL } from './cells.js';
import { TOLD_FAMILIES } from './told-families.js';

/** What a cell holds, as plain values: comparable whatever the order of rows and the capacity of arrays. */
export interface PlainCell {
  readonly counts: readonly number[];
  readonly buckets: Readonly<Record<number, number>>;
}

const plainCell = (cells: CellColumns, row: number): PlainCell => {
  const width = bucketsOf(cells.family);
  const filled: Record<number, number> = {};
  for (let i = 0; i < width; i += 1) {
    const count = cells.buckets?.[row * width + i] ?? 0;
    if (count !== 0) filled[i] = count;
  }
  return { counts: [...cells.counts.subarray(row * COUNTS_PER_CELL, (row + 1) * COUNTS_PER_CELL)], buckets: filled };
};

/** Cells as plain values, `family key` → cell. */
export const plainBlock = (block: ColumnBlock): Record<string, PlainCell> =>
  Object.fromEntries(
    [...block.values()]
      .flatMap((cells) => cells.keys.map((key, row) => [`${cells.family} ${key}`, plainCell(cells, row)] as const))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

/** The part of a block that `slots` tells, as plain values. */
export const toldPart = (block: ColumnBlock): Record<string, PlainCell> => {
  const told = Object.entries(plainBlock(block)).flatMap(([name, { counts, buckets }]) => {
    const telling = TOLD_FAMILIES.get(name.slice(0, name.indexOf(' ')) as Family);
    if (telling === undefined) return [];
    const isTold = (column: number): boolean =>
      column <= COUNT.bad || (telling !== 'ratio' && (column === COUNT.timeout || telling !== 'timeouts'));
    const cell = { counts: counts.map((each, column) => (isTold(column) ? each : 0)), buckets };
    return [[name, telling === 'latency' ? cell : { ...cell, buckets: {} }] as const];
  });
  return Object.fromEntries(told);
};

const count = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 300_000 }));
const cell = fc.record({
  counts: fc.array(count, { minLength: COUNTS_PER_CELL, maxLength: COUNTS_PER_CELL }),
  buckets: fc.array(fc.tuple(fc.nat(), count), { maxLength: 5 }),
});
const KEYS = ['a', 'b', 'c|d', 'ü', 'other'];

/** Cells of a family, with few keys so that they meet. */
export const anyCells = (family: Family): fc.Arbitrary<Cells> =>
  fc.dictionary(fc.constantFrom(...KEYS), cell, { maxKeys: 4, noNullPrototype: true }).map((dictionary) => {
    const cells = createCells(family);
    const width = bucketsOf(family);
    for (const [key, { counts, buckets }] of Object.entries(dictionary)) {
      const row = cells.row(key);
      cells.counts.set(counts, row * COUNTS_PER_CELL);
      for (const [index, value] of buckets) if (cells.buckets) cells.buckets[row * width + (index % width)] = value;
    }
    return cells;
  });

/** A block of some of these families. */
export const anyBlockOf = (families: readonly Family[]): fc.Arbitrary<Block> =>
  fc
    .subarray([...families])
    .chain((some) => fc.tuple(...some.map(anyCells)))
    .map((all) => new Map(all.map((cells) => [cells.family, cells])));

/** A block of some families. */
export const anyBlock = anyBlockOf(FAMILY_NAMES);

import type { Family } from '#contracts';
import { type CellTable, COUNT, COUNTS_PER_CELL, type WindowReader } from '#domain';

/** Windows that were read once, for the functions of the domain: whatever window is asked for, it is that one. */
export const summedWindows = (tables: ReadonlyMap<string, CellTable>): WindowReader => {
  const count = (family: Family, key: string, column: keyof typeof COUNT): number => {
    const cells = tables.get(family);
    const row = cells?.find(key) ?? -1;
    return row < 0 ? 0 : (cells?.counts[row * COUNTS_PER_CELL + COUNT[column]] ?? 0);
  };
  return {
    sum: (family, key) => ({
      good: count(family, key, 'good'),
      bad: count(family, key, 'bad'),
      excluded: count(family, key, 'excluded'),
      timeout: count(family, key, 'timeout'),
    }),
    eachFailing: (family, keys, { badMin }, visit) =>
      keys.forEach((key, index) => {
        const bad = count(family, key, 'bad');
        if (bad >= badMin) visit(index, count(family, key, 'good'), bad);
      }),
    percentile: () => 'unknown',
    percentileOfAll: () => 'unknown',
    keys: (family) => tables.get(family)?.keys ?? [],
  };
};

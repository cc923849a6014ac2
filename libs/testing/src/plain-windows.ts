import type { Family } from '#contracts';
import { type CellColumns, COUNT, COUNTS_PER_CELL, type FedWindows, type Percentile, type WindowSum } from '#domain';
import type { MakeCells } from './event-time-fleet.js';

/** The p95 of a healthy fleet (R6), told whenever timeouts do not reach the percentile. */
const HEALTHY_US = 45_000;

/** Cells without histograms, made from counts. */
export const plainCells: MakeCells = (family, counts) => {
  const keys = [...counts.keys()];
  const columns = new Uint32Array(keys.length * COUNTS_PER_CELL);
  [...counts.values()].forEach(([good, bad, timeout], row) => {
    columns[row * COUNTS_PER_CELL + COUNT.good] = good;
    columns[row * COUNTS_PER_CELL + COUNT.bad] = bad;
    columns[row * COUNTS_PER_CELL + COUNT.timeout] = timeout;
  });
  const find = (key: string): number => keys.indexOf(key);
  return { family, size: keys.length, keys, counts: columns, buckets: undefined, row: find, find };
};

const NOTHING: WindowSum = { good: 0, bad: 0, excluded: 0, timeout: 0 };

/**
 * Windows that are summed anew from the slots on every question: slow and evidently right. Percentiles know two answers, a
 * healthy one and the timeout. Takes one source partition per topic.
 */
export const createPlainWindows = (): FedWindows => {
  const slots = new Map<Family, Map<string, Map<number, WindowSum>>>();
  const added = new Map<Family, Map<string, [good: number, bad: number]>>();
  const put = (cells: CellColumns, slot: number): void => {
    const family = slots.get(cells.family) ?? new Map<string, Map<number, WindowSum>>();
    slots.set(cells.family, family);
    cells.keys.forEach((key, row) => {
      const at = (column: number): number => cells.counts[row * COUNTS_PER_CELL + column] ?? 0;
      const bySlot = family.get(key) ?? new Map<number, WindowSum>();
      const before = bySlot.get(slot) ?? NOTHING;
      const gained = added.get(cells.family) ?? new Map<string, [number, number]>();
      const [good, bad] = gained.get(key) ?? [0, 0];
      added.set(cells.family, gained.set(key, [good + at(0) - before.good, bad + at(1) - before.bad]));
      family.set(key, bySlot.set(slot, { good: at(0), bad: at(1), excluded: at(2), timeout: at(3) }));
    });
  };
  const sum = (family: Family, key: string, windowMs: number, endSlot: number): WindowSum => {
    const bySlot = slots.get(family)?.get(key);
    if (bySlot === undefined) return NOTHING;
    let [good, bad, excluded, timeout] = [0, 0, 0, 0];
    for (let slot = endSlot - windowMs / 1_000 + 1; slot <= endSlot; slot += 1) {
      const each = bySlot.get(slot) ?? NOTHING;
      good += each.good;
      bad += each.bad;
      excluded += each.excluded;
      timeout += each.timeout;
    }
    return { good, bad, excluded, timeout };
  };
  const percentileOfAll: FedWindows['percentileOfAll'] = (family, keys, q, windowMs, endSlot): Percentile => {
    const sums = keys.map((key) => sum(family, key, windowMs, endSlot));
    const of = (column: keyof WindowSum): number => sums.reduce((all, each) => all + each[column], 0);
    const [good, bad, timeout] = [of('good'), of('bad'), of('timeout')];
    if (good + bad === 0) return 'unknown';
    return timeout > (1 - q) * (good + bad) ? 'timeout' : HEALTHY_US;
  };
  return {
    apply: (tick) => {
      for (const { slot, block } of tick.slots) for (const cells of block.values()) put(cells, slot);
    },
    sum,
    eachFailing: (family, keys, { badMin, windowMs, endSlot }, visit) =>
      keys.forEach((key, index) => {
        const { good, bad } = sum(family, key, windowMs, endSlot);
        if (bad >= badMin) visit(index, good, bad);
      }),
    eachAdded: (family, visit) => {
      const numbers = new Map([...(slots.get(family)?.keys() ?? [])].map((key, number) => [key, number]));
      for (const [key, [good, bad]] of added.get(family) ?? []) visit(key, good, bad, numbers.get(key)!);
      added.delete(family);
    },
    percentile: (family, key, q, windowMs, endSlot) => percentileOfAll(family, [key], q, windowMs, endSlot),
    percentileOfAll,
    keys: (family) => [...(slots.get(family)?.keys() ?? [])],
  };
};

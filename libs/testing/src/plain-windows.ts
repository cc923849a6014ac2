import type { Family } from '#contracts';
import {
  bucketIndex,
  bucketsOf,
  type CellColumns,
  COUNT,
  COUNTS_PER_CELL,
  type FedWindows,
  type Percentile,
  type WindowSum,
} from '#domain';
import type { MakeCells } from './event-time-fleet.js';

/** The p95 of a healthy fleet (R6), told whenever timeouts do not reach the percentile. */
const HEALTHY_US = 45_000;

/** What is slow in a story takes longer than R25 allows. */
const SLOW_US = 6_000_000;
/** The bucket of it, in histograms of the fleet's shape. */
const SLOW_BUCKET = bucketIndex(SLOW_US, 32);

/** Cells made from counts; their histograms hold what is slow, and there are none where nothing is. */
export const plainCells: MakeCells = (family, counts) => {
  const keys = [...counts.keys()];
  const columns = new Uint32Array(keys.length * COUNTS_PER_CELL);
  [...counts.values()].forEach(([good, bad, timeout], row) => {
    columns[row * COUNTS_PER_CELL + COUNT.good] = good;
    columns[row * COUNTS_PER_CELL + COUNT.bad] = bad;
    columns[row * COUNTS_PER_CELL + COUNT.timeout] = timeout;
  });
  const find = (key: string): number => keys.indexOf(key);
  return { family, size: keys.length, keys, counts: columns, buckets: slowBuckets(family, counts), row: find, find };
};

const slowBuckets = (family: Family, counts: Parameters<MakeCells>[1]): Uint32Array | undefined => {
  const width = bucketsOf(family);
  const slows = [...counts.values()].map(([, , , slow]) => slow ?? 0);
  if (width === 0 || slows.every((slow) => slow === 0)) return undefined;
  const buckets = new Uint32Array(counts.size * width);
  slows.forEach((slow, row) => (buckets[row * width + SLOW_BUCKET] = slow));
  return buckets;
};

interface SlotSum extends WindowSum {
  readonly slow: number;
}

const NOTHING: SlotSum = { good: 0, bad: 0, excluded: 0, timeout: 0, slow: 0 };

/**
 * Windows that are summed anew from the slots on every question: slow and evidently right. Percentiles know three answers,
 * a healthy one, a slow one and the timeout. Takes one source partition per topic.
 */
export const createPlainWindows = (): FedWindows => {
  const slots = new Map<Family, Map<string, Map<number, SlotSum>>>();
  const added = new Map<Family, Map<string, [good: number, bad: number]>>();
  const put = (cells: CellColumns, slot: number): void => {
    const family = slots.get(cells.family) ?? new Map<string, Map<number, SlotSum>>();
    slots.set(cells.family, family);
    cells.keys.forEach((key, row) => {
      const at = (column: number): number => cells.counts[row * COUNTS_PER_CELL + column] ?? 0;
      const bySlot = family.get(key) ?? new Map<number, SlotSum>();
      const before = bySlot.get(slot) ?? NOTHING;
      const gained = added.get(cells.family) ?? new Map<string, [number, number]>();
      const [good, bad] = gained.get(key) ?? [0, 0];
      added.set(cells.family, gained.set(key, [good + at(0) - before.good, bad + at(1) - before.bad]));
      const slow = cells.buckets?.[row * bucketsOf(cells.family) + SLOW_BUCKET] ?? 0;
      family.set(key, bySlot.set(slot, { good: at(0), bad: at(1), excluded: at(2), timeout: at(3), slow }));
    });
  };
  const sum = (family: Family, key: string, windowMs: number, endSlot: number): SlotSum => {
    const bySlot = slots.get(family)?.get(key);
    if (bySlot === undefined) return NOTHING;
    let [good, bad, excluded, timeout, slow] = [0, 0, 0, 0, 0];
    for (let slot = endSlot - windowMs / 1_000 + 1; slot <= endSlot; slot += 1) {
      const each = bySlot.get(slot) ?? NOTHING;
      good += each.good;
      bad += each.bad;
      excluded += each.excluded;
      timeout += each.timeout;
      slow += each.slow;
    }
    return { good, bad, excluded, timeout, slow };
  };
  const percentileOfAll: FedWindows['percentileOfAll'] = (family, keys, q, windowMs, endSlot): Percentile => {
    const sums = keys.map((key) => sum(family, key, windowMs, endSlot));
    const of = (column: keyof SlotSum): number => sums.reduce((all, each) => all + each[column], 0);
    const [good, bad, timeout, slow] = [of('good'), of('bad'), of('timeout'), of('slow')];
    if (good + bad === 0) return 'unknown';
    const beyond = (1 - q) * (good + bad);
    if (timeout > beyond) return 'timeout';
    return timeout + slow > beyond ? SLOW_US : HEALTHY_US;
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

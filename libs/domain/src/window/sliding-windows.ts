import { FAMILIES, type Family, FAMILY_NAMES, OTHER_KEY, SLOT_MS } from '#contracts';
import { bucketsOf } from './cell-table.js';
import { type Cells, hasHistogram } from './cells.js';
import { percentileOf, type Sub } from './histogram.js';
import { KeySeries } from './key-series.js';
import { EMPTY_CELL, packCell, type PackedCell } from './packed-cell.js';
import type { PartitionTick } from './partition-tick.js';
import type { Percentile, WindowSum } from './window-sum.js';

/** What windows are made of. */
export interface SlidingWindowsOptions {
  /** Windows that are summed as they move; any other is answered too, summed anew. */
  readonly windowsMs: readonly number[];
  /** Slots kept behind the newest: the longest window plus how far back its end may lie. */
  readonly slotsKept: number;
  /** Families to keep; default all. */
  readonly families?: readonly Family[];
  /** Families whose percentiles may be asked for, the others keep counts only; default all that have a histogram. */
  readonly percentilesOf?: readonly Family[];
  /** Most keys of one family; further ones count for `OTHER_KEY`. Default 200,000. */
  readonly keysMax?: number;
}

/** Sliding windows over ticks of partitions. Slots are seconds of event time; a window ends with `endSlot`, which is in it. */
export interface SlidingWindows {
  readonly apply: (tick: PartitionTick) => void;
  readonly sum: (family: Family, key: string, windowMs: number, endSlot: number) => WindowSum;
  /** Latency in µs; needs the family's buckets. Timeouts rank above all; `unknown` without data. */
  readonly percentile: (family: Family, key: string, q: number, windowMs: number, endSlot: number) => Percentile;
  /** Keys with data in the longest window that ends with the newest slot. */
  readonly keys: (family: Family) => readonly string[];
  /** Keys (per slot and source) that found no series of their own. */
  readonly overflowed: () => number;
}

/** 10,000 customers in 8 regions and 2 releases are 110,000 keys; beyond twice that a process would need gigabytes. */
const KEYS_MAX = 200_000;
/** How often keys without data are looked for, in slots: a minute, since a sweep looks at every key. */
const SWEEP_SLOTS = 60;
const NOTHING: WindowSum = { good: 0, bad: 0, excluded: 0, timeout: 0 };

/** What a source told of a cell, and the series into which it was counted. */
interface Told {
  cell: PackedCell;
  readonly series: KeySeries;
}

/** What one partition of one topic told: absolute, kept per cell while the slot is open. */
interface Source {
  incarnation: number;
  nextOffset: number;
  /** The newest slot that was closed. A source closes in order, so an older one that is not open was counted for good. */
  closedSlot: number;
  readonly openSlots: Map<number, Map<Family, Map<string, Told>>>;
}

const getOrSet = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

class TickWindows implements SlidingWindows {
  private readonly sources = new Map<string, Source>();
  private readonly series = new Map<Family, Map<string, KeySeries>>();
  private readonly withPercentiles: ReadonlySet<Family>;
  private readonly windowsSlots: ReadonlySet<number>;
  private newest = Number.NEGATIVE_INFINITY;
  private sweptAt = Number.NEGATIVE_INFINITY;
  private overflows = 0;

  constructor(private readonly options: SlidingWindowsOptions) {
    this.windowsSlots = new Set(options.windowsMs.map((windowMs) => windowMs / SLOT_MS));
    this.withPercentiles = new Set(options.percentilesOf ?? FAMILY_NAMES.filter(hasHistogram));
    for (const family of options.families ?? FAMILY_NAMES) this.series.set(family, new Map());
  }

  readonly overflowed = (): number => this.overflows;

  readonly apply = (tick: PartitionTick): void => {
    const source = getOrSet(this.sources, `${tick.topic}/${tick.partition}`, () => ({
      incarnation: tick.incarnation,
      nextOffset: 0,
      closedSlot: Number.NEGATIVE_INFINITY,
      openSlots: new Map(),
    }));
    if (tick.incarnation < source.incarnation) return;
    // Told by a process that was replaced: what is known is newer.
    if (tick.incarnation === source.incarnation && tick.nextOffset < source.nextOffset) return;
    source.incarnation = tick.incarnation;
    source.nextOffset = tick.nextOffset;
    for (const { slot } of tick.slots) this.newest = Math.max(this.newest, slot);
    const { closedSlot } = source;
    for (const { slot, closed, block } of tick.slots) {
      const isCounted = slot <= closedSlot && !source.openSlots.has(slot);
      if (slot > this.newest - this.options.slotsKept && !isCounted)
        for (const cells of block.values()) this.applyCells(source, slot, cells);
      if (!closed) continue;
      source.closedSlot = Math.max(source.closedSlot, slot);
      source.openSlots.delete(slot);
    }
    this.sweep();
  };

  readonly sum = (family: Family, key: string, windowMs: number, endSlot: number): WindowSum =>
    this.series
      .get(family)
      ?.get(key)
      ?.sum(windowMs / SLOT_MS, endSlot) ?? NOTHING;

  readonly percentile = (family: Family, key: string, q: number, windowMs: number, endSlot: number): Percentile => {
    const series = this.series.get(family)?.get(key);
    const { sub } = FAMILIES[family];
    if (series === undefined || sub === 0 || !this.withPercentiles.has(family)) return 'unknown';
    const slots = windowMs / SLOT_MS;
    const buckets = new Float64Array(bucketsOf(family));
    series.addBuckets(slots, endSlot, buckets);
    return percentileOf(buckets, series.sum(slots, endSlot).timeout, q, sub satisfies Sub);
  };

  readonly keys = (family: Family): readonly string[] => {
    const first = this.newest - Math.max(...this.windowsSlots) + 1;
    return [...(this.series.get(family) ?? [])].flatMap(([key, series]) => (series.newestSlot >= first ? [key] : []));
  };

  private applyCells(source: Source, slot: number, cells: Cells): void {
    const all = this.series.get(cells.family);
    if (all === undefined) return;
    const withBuckets = this.withPercentiles.has(cells.family);
    const families = getOrSet(source.openSlots, slot, () => new Map<Family, Map<string, Told>>());
    const told = getOrSet(families, cells.family, () => new Map<string, Told>());
    for (let row = 0; row < cells.size; row += 1) {
      const key = cells.keys[row]!;
      const cell = packCell(cells, row, withBuckets);
      const known = told.get(key);
      const series = known?.series ?? this.seriesOf(all, key);
      series.replace(slot, known?.cell ?? EMPTY_CELL, cell);
      if (known === undefined) told.set(key, { cell, series });
      else known.cell = cell;
    }
  }

  private seriesOf(all: Map<string, KeySeries>, key: string): KeySeries {
    const isFull = all.size >= (this.options.keysMax ?? KEYS_MAX) && !all.has(key);
    if (isFull) this.overflows += 1;
    return getOrSet(all, isFull ? OTHER_KEY : key, () => new KeySeries(this.windowsSlots));
  }

  /** Forgets slots that no window can reach, keys that have none left, and slots that a source never closed. */
  private sweep(): void {
    if (this.newest - this.sweptAt < SWEEP_SLOTS) return;
    this.sweptAt = this.newest;
    const first = this.newest - this.options.slotsKept + 1;
    for (const { openSlots } of this.sources.values())
      for (const slot of openSlots.keys()) if (slot < first) openSlots.delete(slot);
    for (const all of this.series.values()) for (const [key, series] of all) if (series.trim(first)) all.delete(key);
  }
}

/** Windows over everything that ticks tell. The order of sources does not matter; ticks of one source come in order. */
export const createSlidingWindows = (options: SlidingWindowsOptions): SlidingWindows => new TickWindows(options);

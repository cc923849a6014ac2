import { FAMILIES, type Family, FAMILY_NAMES, SLOT_MS, TICK_MS } from '#contracts';
import { bucketsOf } from './cell-table.js';
import { type CellColumns, hasHistogram } from './cells.js';
import { FamilyWindows } from './family-windows.js';
import { percentileOf, type Sub } from './histogram.js';
import type { PartitionTick } from './partition-tick.js';
import { ToldCells } from './told-cells.js';
import type { FailingPlace, Percentile, VisitAdded, VisitFailing, WindowSum } from './window-sum.js';

/** What windows are made of. */
export interface SlidingWindowsOptions {
  /** Windows that are summed as they move; any other is answered too, summed anew. */
  readonly windowsMs: readonly number[];
  /** Slots kept behind the newest: the longest window plus how far back its end may lie. */
  readonly slotsKept: number;
  /** Fewer slots for families of which only shorter windows are asked. */
  readonly slotsKeptOf?: Readonly<Partial<Record<Family, number>>>;
  /** Families to keep; default all. */
  readonly families?: readonly Family[];
  /** Families whose percentiles may be asked for, the others keep counts only; default all that have a histogram. */
  readonly percentilesOf?: readonly Family[];
  /** Families of which somebody asks what ticks added; default none. */
  readonly addedOf?: readonly Family[];
  /** Most keys of one family; further ones count for `OTHER_KEY`. Default 200,000. */
  readonly keysMax?: number;
}

/** Sliding windows over ticks of partitions. Slots are seconds of event time; a window ends with `endSlot`, which is in it. */
export interface SlidingWindows {
  readonly apply: (tick: PartitionTick) => void;
  readonly sum: (family: Family, key: string, windowMs: number, endSlot: number) => WindowSum;
  /** Visits, in order, those of many keys that fail; keep the list of keys, it is looked up once. */
  readonly eachFailing: (family: Family, keys: readonly string[], place: FailingPlace, visit: VisitFailing) => void;
  /** Latency in µs; needs the family's buckets. Timeouts rank above all; `unknown` without data. */
  readonly percentile: (family: Family, key: string, q: number, windowMs: number, endSlot: number) => Percentile;
  /** The same of many keys together. */
  readonly percentileOfAll: (
    family: Family,
    keys: readonly string[],
    q: number,
    windowMs: number,
    endSlot: number,
  ) => Percentile;
  /**
   * Visits the cells of a family to which something was added since it was last asked, in slots within a minute of log time: what is
   * older was told before a restart, or may have been.
   */
  readonly eachAdded: (family: Family, visit: VisitAdded) => void;
  /** Keys with data in the longest of the windows it was made with that ends with the newest slot. */
  readonly keys: (family: Family) => readonly string[];
  /** Keeps sums of these windows as they move, in the place of those before. */
  readonly watch: (windowsMs: readonly number[]) => void;
  /** Keys (per slot and source) that found no series of their own. */
  readonly overflowed: () => number;
}

/** 10,000 customers in 8 regions and 2 releases are 110,000 keys; beyond twice that a process would need gigabytes. */
const KEYS_MAX = 200_000;
/** How often keys without data are looked for, in slots: a minute, since a sweep looks at every key. */
const SWEEP_SLOTS = 60;
/** How far from log time a slot may be to count as added: as late as outcomes are accepted. */
const ADDED_SLOTS = 60;
const NOTHING: WindowSum = { good: 0, bad: 0, excluded: 0, timeout: 0 };

/** What one partition of one topic told: absolute, kept per cell while the slot is open. */
interface Source {
  incarnation: number;
  nextOffset: number;
  /** The newest slot that was closed. A source closes in order, so an older one that is not open was counted for good. */
  closedSlot: number;
  readonly openSlots: Map<number, Map<Family, ToldCells>>;
}

const getOrSet = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

/** Histograms as one; a single one is answered as it is. */
const sumOfAll = (histograms: readonly Float64Array[]): Float64Array => {
  const [first] = histograms;
  if (first !== undefined && histograms.length === 1) return first;
  const sum = new Float64Array(histograms.reduce((most, { length }) => Math.max(most, length), 0));
  for (const histogram of histograms) for (let i = 0; i < histogram.length; i += 1) sum[i]! += histogram[i]!;
  return sum;
};

const slotsIn = (windowMs: number): number => windowMs / SLOT_MS;

class TickWindows implements SlidingWindows {
  private readonly sources = new Map<string, Source>();
  private readonly families = new Map<Family, FamilyWindows>();
  private readonly withPercentiles: ReadonlySet<Family>;
  /** The longest of the start: it does not change, or what is listed would depend on when a window was first watched. */
  private readonly longestSlots: number;
  /** Shared with every family: which windows have running sums. */
  private readonly watched: Set<number>;
  private newest = Number.NEGATIVE_INFINITY;
  private sweptAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: SlidingWindowsOptions) {
    const { windowsMs, families, percentilesOf, addedOf = [], keysMax = KEYS_MAX } = options;
    this.watched = new Set(windowsMs.map(slotsIn));
    this.longestSlots = Math.max(...this.watched);
    this.withPercentiles = new Set(percentilesOf ?? FAMILY_NAMES.filter(hasHistogram));
    for (const family of families ?? FAMILY_NAMES) {
      const width = this.withPercentiles.has(family) ? bucketsOf(family) : 0;
      const [slotsKept, isAddedAsked] = [this.slotsKept(family), addedOf.includes(family)];
      const { watched: windows } = this;
      this.families.set(family, new FamilyWindows({ windows, slotsKept, width, keysMax, isAddedAsked }));
    }
  }

  readonly overflowed = (): number => [...this.families.values()].reduce((sum, { overflows }) => sum + overflows, 0);

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
    const nowSlot = Math.floor((tick.tick * TICK_MS) / SLOT_MS);
    for (const { slot, closed, block } of tick.slots) {
      const isCounted = slot <= closedSlot && !source.openSlots.has(slot);
      const isFresh = Math.abs(slot - nowSlot) <= ADDED_SLOTS;
      if (!isCounted) for (const cells of block.values()) this.applyCells(source, slot, cells, isFresh);
      if (!closed) continue;
      source.closedSlot = Math.max(source.closedSlot, slot);
      source.openSlots.delete(slot);
    }
    this.sweep();
  };

  readonly sum = (family: Family, key: string, windowMs: number, endSlot: number): WindowSum =>
    this.families.get(family)?.sum(key, slotsIn(windowMs), endSlot) ?? NOTHING;

  readonly eachFailing = (
    family: Family,
    keys: readonly string[],
    { badMin, ratioAbove, windowMs, endSlot, among }: FailingPlace,
    visit: VisitFailing,
  ): void => {
    const place = { badMin, ratioAbove, slots: slotsIn(windowMs), end: endSlot, among };
    this.families.get(family)?.eachFailing(keys, place, visit);
  };

  readonly eachAdded = (family: Family, visit: VisitAdded): void => this.families.get(family)?.eachAdded(visit);

  readonly percentile = (family: Family, key: string, q: number, windowMs: number, endSlot: number): Percentile =>
    this.percentileOfAll(family, [key], q, windowMs, endSlot);

  readonly percentileOfAll = (
    family: Family,
    keys: readonly string[],
    q: number,
    windowMs: number,
    endSlot: number,
  ): Percentile => {
    const windows = this.families.get(family);
    const { sub } = FAMILIES[family];
    if (windows === undefined || sub === 0 || !this.withPercentiles.has(family)) return 'unknown';
    const slots = slotsIn(windowMs);
    const timeouts = keys.reduce((sum, key) => sum + (windows.sum(key, slots, endSlot)?.timeout ?? 0), 0);
    const buckets = sumOfAll(keys.map((key) => windows.buckets(key, slots, endSlot)));
    return percentileOf(buckets, timeouts, q, sub satisfies Sub);
  };

  readonly keys = (family: Family): readonly string[] =>
    this.families.get(family)?.keysSince(this.newest - this.longestSlots + 1) ?? [];

  readonly watch = (windowsMs: readonly number[]): void => {
    this.watched.clear();
    for (const windowMs of windowsMs) this.watched.add(slotsIn(windowMs));
  };

  private slotsKept(family: Family): number {
    return this.options.slotsKeptOf?.[family] ?? this.options.slotsKept;
  }

  private applyCells(source: Source, slot: number, cells: CellColumns, isFresh: boolean): void {
    const windows = this.families.get(cells.family);
    if (windows === undefined || slot <= this.newest - this.slotsKept(cells.family)) return;
    const families = getOrSet(source.openSlots, slot, () => new Map<Family, ToldCells>());
    windows.replace(
      slot,
      getOrSet(families, cells.family, () => new ToldCells()),
      cells,
      isFresh,
    );
  }

  /** Forgets slots that no window can reach, keys that have none left, and slots that a source never closed. */
  private sweep(): void {
    if (this.newest - this.sweptAt < SWEEP_SLOTS) return;
    this.sweptAt = this.newest;
    const firstOf = (family: Family): number => this.newest - this.slotsKept(family) + 1;
    for (const { openSlots } of this.sources.values())
      for (const [slot, told] of openSlots) {
        for (const family of told.keys()) if (slot < firstOf(family)) told.delete(family);
        if (told.size === 0) openSlots.delete(slot);
      }
    for (const [family, windows] of this.families) windows.forgetBefore(firstOf(family));
  }
}

/** Windows over everything that ticks tell. The order of sources does not matter; ticks of one source come in order. */
export const createSlidingWindows = (options: SlidingWindowsOptions): SlidingWindows => new TickWindows(options);

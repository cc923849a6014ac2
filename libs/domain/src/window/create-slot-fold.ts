import { FUTURE_US_MAX, OTHER_KEY, SLOT_MS, type OutcomeBatch } from '#contracts';
import { BatchZones } from './batch-zones.js';
import type { Block } from './cells.js';
import { KeySpace, OTHER_ID } from './key-space.js';
import { OpenSlot } from './open-slot.js';
import type { SlotState } from './partition-tick.js';
import { type NodeParts, nodePartsOf, PendingSlot, ROWS_PER_ZONE } from './pending-slot.js';
import { NO_ROW, RowCache } from './row-cache.js';
import {
  type FoldResult,
  HOT_SLOTS,
  type SlotDelta,
  type SlotFold,
  type SlotFoldOptions,
  type TakeChanged,
  UNSETTLED_SLOTS,
} from './slot-fold.js';
import { ALL_FAMILIES, SlotTables } from './slot-tables.js';

const SLOT_US = 1_000_000;
/**
 * Emptied tables that are kept for the next slot: live nodes write two or three slots at a time, and each table has grown to some MB.
 * Beyond it a slot's memory is made anew.
 */
const POOL_MAX = 4;
/** Row caches: consecutive slots never share one, and a batch of a live node touches two. */
const CACHES = 4;

/** All that is held of one slot. */
interface SlotEntry {
  readonly slot: number;
  pending: PendingSlot | undefined;
  /** undefined once it was told closed: what comes then is late. */
  open: OpenSlot | undefined;
  delta: SlotTables | undefined;
  /** Nothing was folded since `compact`. */
  isCompact: boolean;
  /** Zones of no customer that have a row. */
  readonly unknownZones: Set<string>;
}

/** Event times of one batch, µs from the start of its first slot. */
interface BatchTimes {
  readonly firstSlot: number;
  readonly startUs: number;
  /** Later ones are from the future. */
  readonly limitUs: number;
  /** The newest that is not from the future; negative when all are. */
  readonly newestUs: number;
}

const timesOf = ({ t0Us, dtUs }: OutcomeBatch, receivedAtMs: number): BatchTimes => {
  const firstSlot = Math.floor(t0Us / SLOT_US);
  const startUs = t0Us - firstSlot * SLOT_US;
  const limitUs = receivedAtMs * 1_000 + FUTURE_US_MAX - firstSlot * SLOT_US;
  let newestUs = -1;
  for (let i = 0; i < dtUs.length; i += 1) {
    const us = startUs + dtUs[i]!;
    if (us > newestUs && us <= limitUs) newestUs = us;
  }
  return { firstSlot, startUs, limitUs, newestUs };
};

/** Where the run of outcomes ends whose `dtUs` lies within both bounds. */
const runEnd = (dtUs: Uint32Array, from: number, least: number, most: number): number => {
  let to = from + 1;
  while (to < dtUs.length && dtUs[to]! >= least && dtUs[to]! <= most) to += 1;
  return to;
};

class PartitionFold implements SlotFold {
  private readonly entries = new Map<number, SlotEntry>();
  private readonly pool: PendingSlot[] = [];
  private readonly caches = Array.from({ length: CACHES }, () => new RowCache());
  private readonly zones = new BatchZones();
  private space: KeySpace;
  private release = OTHER_ID;
  private region = OTHER_ID;
  private newest = Number.NEGATIVE_INFINITY;
  private firstOpen = Number.NEGATIVE_INFINITY;
  private otherZones = 0;

  constructor(private readonly options: SlotFoldOptions) {
    this.space = new KeySpace(options.catalogue);
  }

  readonly slots = (): number => this.entries.size;

  readonly fold = (batch: OutcomeBatch, receivedAtMs: number): FoldResult => {
    const times = timesOf(batch, receivedAtMs);
    this.otherZones = 0;
    for (const cache of this.caches) cache.forget();
    if (this.space.isOutdated) this.renewSpace();
    this.advance(Math.floor(receivedAtMs / SLOT_MS));
    this.zones.begin(batch);
    const { late, future } = this.addOutcomes(batch, times);
    const watermarkUs = times.newestUs < 0 ? undefined : times.firstSlot * SLOT_US + times.newestUs;
    return { counted: batch.n - future, late, future, otherZones: this.otherZones, watermarkUs };
  };

  readonly takeDelta = (): readonly SlotDelta[] => {
    const deltas: SlotDelta[] = [];
    for (const entry of this.ascending()) {
      this.settle(entry);
      if (entry.delta !== undefined) deltas.push({ slot: entry.slot, block: entry.delta.toBlock(this.space) });
      entry.delta = undefined;
      this.dropDone(entry);
    }
    return deltas;
  };

  readonly takeChanged = ({ closedBefore, settledBefore }: TakeChanged): readonly SlotState[] => {
    this.closeBefore(closedBefore);
    const settled = settledBefore ?? this.newest - UNSETTLED_SLOTS + 1;
    return this.ascending().flatMap((entry) => this.takeSlot(entry, settled));
  };

  readonly passTo = (receivedAtMs: number): void => this.advance(Math.floor(receivedAtMs / SLOT_MS));

  readonly restore = (slot: number, block: Block): void => {
    if (slot < this.firstOpen) return;
    const entry = this.entry(slot);
    entry.open ??= new OpenSlot();
    entry.open.restore(block, this.space);
    for (const zone of block.get('zone')?.keys ?? []) {
      if (zone !== OTHER_KEY && this.options.catalogue.customerOf(zone) === undefined) entry.unknownZones.add(zone);
    }
  };

  private takeSlot(entry: SlotEntry, settled: number): readonly SlotState[] {
    const { slot, open } = entry;
    this.settle(entry);
    if (open === undefined) return [];
    const closed = slot < this.firstOpen;
    const block = closed ? open.takeLast(this.space) : open.takeChanged(slot < settled, this.space);
    if (closed) entry.open = undefined;
    else if (slot <= this.newest - HOT_SLOTS && !entry.isCompact) {
      open.compact();
      entry.isCompact = true;
    }
    this.dropDone(entry);
    return closed || block.size > 0 ? [{ slot, closed, block }] : [];
  }

  /** Goes through runs of outcomes of one slot; those of a live node are one or two per batch. */
  private addOutcomes(batch: OutcomeBatch, times: BatchTimes): { late: number; future: number } {
    const { n, dtUs } = batch;
    const { firstSlot, startUs, limitUs } = times;
    const parts = nodePartsOf(batch);
    this.release = this.space.label(parts.release);
    this.region = this.space.label(parts.region);
    let late = 0;
    let future = 0;
    for (let from = 0; from < n;) {
      const us = startUs + dtUs[from]!;
      if (us > limitUs) {
        future += 1;
        from += 1;
        continue;
      }
      const slot = Math.floor(us / SLOT_US);
      const to = runEnd(dtUs, from, slot * SLOT_US - startUs, Math.min((slot + 1) * SLOT_US - 1, limitUs) - startUs);
      const cache = this.cacheOf(firstSlot + slot, parts);
      if (cache.isLate) late += to - from;
      this.resolveRun(cache, from, to);
      cache.pending!.add(cache.nodeRow, cache.rows, this.zones.ofOutcome, batch, from, to);
      from = to;
    }
    return { late, future };
  }

  private cacheOf(slot: number, parts: NodeParts): RowCache {
    const cache = this.caches[((slot % CACHES) + CACHES) % CACHES]!;
    if (cache.slot === slot) return cache;
    const entry = this.entry(slot);
    entry.pending ??= this.pool.pop() ?? new PendingSlot();
    cache.begin(slot, entry.pending, entry.pending.nodeRow(parts), slot < this.firstOpen, this.zones.size);
    return cache;
  }

  /** Looks up the rows of every zone of a run; once per batch, slot and zone. */
  private resolveRun(cache: RowCache, from: number, to: number): void {
    const { ofOutcome } = this.zones;
    const { rows } = cache;
    for (let i = from; i < to; i += 1) {
      const at = ofOutcome[i]! * ROWS_PER_ZONE;
      if (rows[at] === NO_ROW) this.resolve(cache, ofOutcome[i]!, at);
    }
  }

  private resolve(cache: RowCache, index: number, at: number): void {
    const { space } = this;
    let zone = this.zones.zoneOf(index, space);
    if (zone < 0 || (zone !== OTHER_ID && space.customerOf(zone) === OTHER_ID)) zone = this.admit(index, cache.slot);
    cache.pending!.resolve(space, zone, this.release, this.region, cache.rows, at);
  }

  /** A zone of nobody: one of the first so many of its slot, or `other`. */
  private admit(index: number, slot: number): number {
    const name = this.zones.nameOf(index, this.space);
    if (name === OTHER_KEY) return OTHER_ID;
    const { unknownZones } = this.entry(slot);
    if (!unknownZones.has(name)) {
      if (unknownZones.size >= this.options.zonesMax) {
        this.otherZones += 1;
        return OTHER_ID;
      }
      unknownZones.add(name);
    }
    return this.space.zoneOf(name);
  }

  /** Receive time alone moves the ring: nothing that a node says of event time closes a slot for another. */
  private advance(slot: number): void {
    if (slot <= this.newest) return;
    this.newest = slot;
    this.closeBefore(slot - this.options.openSlots + 1);
  }

  /** What was folded into a slot before it closes belongs to its state; what comes later is late, whether it was told or not. */
  private closeBefore(slot: number): void {
    if (slot <= this.firstOpen) return;
    for (const entry of this.entries.values())
      if (entry.slot >= this.firstOpen && entry.slot < slot) this.settle(entry);
    this.firstOpen = slot;
  }

  private entry(slot: number): SlotEntry {
    const known = this.entries.get(slot);
    if (known !== undefined) return known;
    const open = slot < this.firstOpen ? undefined : new OpenSlot();
    const entry: SlotEntry = {
      slot,
      pending: undefined,
      open,
      delta: undefined,
      unknownZones: new Set(),
      isCompact: false,
    };
    this.entries.set(slot, entry);
    return entry;
  }

  /** Moves what was folded since the last time into the delta and, unless it came late, into the absolute state. */
  private settle(entry: SlotEntry): void {
    const { pending, open } = entry;
    if (pending === undefined) return;
    const shape = pending.rollUp();
    entry.delta ??= new SlotTables(ALL_FAMILIES);
    for (const cells of shape) entry.delta.addShape(cells);
    pending.addNumbered(entry.delta, this.space);
    if (open !== undefined && entry.slot >= this.firstOpen) {
      open.add(pending, shape, this.space);
      entry.isCompact = false;
    }
    pending.reset();
    entry.pending = undefined;
    if (this.pool.length < POOL_MAX) this.pool.push(pending);
  }

  /** Begins to number keys anew: the catalogue changed, or invented names filled the space. */
  private renewSpace(): void {
    const next = new KeySpace(this.options.catalogue);
    for (const entry of this.entries.values()) {
      this.settle(entry);
      entry.open?.renumber(this.space, next);
      entry.delta?.renumber(this.space, next);
    }
    this.space = next;
  }

  private dropDone({ slot, open, delta, pending }: SlotEntry): void {
    if (open === undefined && delta === undefined && pending === undefined) this.entries.delete(slot);
  }

  private ascending(): readonly SlotEntry[] {
    return [...this.entries.values()].toSorted((a, b) => a.slot - b.slot);
  }
}

/** The fold of one partition. */
export const createSlotFold = (options: SlotFoldOptions): SlotFold => new PartitionFold(options);

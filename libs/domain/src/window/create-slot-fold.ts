import { type Family, FUTURE_US_MAX, OTHER_KEY, type OutcomeBatch } from '#contracts';
import type { CellTable } from './cell-table.js';
import type { Block } from './cells.js';
import { createKeyJoin } from './key-join.js';
import { addToDelta, OpenSlot } from './open-slot.js';
import type { SlotState } from './partition-tick.js';
import { type NodeParts, nodePartsOf, PendingSlot, ROWS_PER_ZONE } from './pending-slot.js';
import { RowCache } from './row-cache.js';
import {
  type FoldResult,
  HOT_SLOTS,
  type SlotDelta,
  type SlotFold,
  type SlotFoldOptions,
  type TakeChanged,
  UNSETTLED_SLOTS,
} from './slot-fold.js';

const SLOT_US = 1_000_000;
/** Slots that are written at the same time by a partition; beyond it a slot's memory is made anew. */
const POOL_MAX = 16;
/**
 * Open slots, as multiples of the accepted lateness, beyond which those that fell behind it are closed without being told. Between two
 * takes that takes a spool of minutes, oldest first, with nothing newer before it; told in full, hours of it would be one tick.
 */
const OPEN_FACTOR_MAX = 2;
/** Row caches: consecutive slots never share one, and a batch of a live node touches two. */
const CACHES = 4;

/** All that is held of one slot. */
interface SlotEntry {
  readonly slot: number;
  pending: PendingSlot | undefined;
  /** undefined once it was told closed: what comes then is late. */
  open: OpenSlot | undefined;
  delta: Map<Family, CellTable> | undefined;
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

class PartitionFold implements SlotFold {
  private readonly entries = new Map<number, SlotEntry>();
  private readonly pool: PendingSlot[] = [];
  private readonly caches = Array.from({ length: CACHES }, () => new RowCache());
  private readonly join = createKeyJoin();
  private newest = Number.NEGATIVE_INFINITY;
  private firstOpen = Number.NEGATIVE_INFINITY;
  private otherZones = 0;
  /** Entries that are open. */
  private openCount = 0;
  private untold = 0;

  constructor(private readonly options: SlotFoldOptions) {}

  readonly slots = (): number => this.entries.size;

  readonly untoldSlots = (): number => this.untold;

  readonly fold = (batch: OutcomeBatch, receivedAtMs: number): FoldResult => {
    const times = timesOf(batch, receivedAtMs);
    this.otherZones = 0;
    for (const cache of this.caches) cache.forget();
    if (times.newestUs >= 0) this.advance(times.firstSlot + Math.floor(times.newestUs / SLOT_US));
    const { late, future } = this.addOutcomes(batch, times);
    const watermarkUs = times.newestUs < 0 ? undefined : times.firstSlot * SLOT_US + times.newestUs;
    return { counted: batch.n - future, late, future, otherZones: this.otherZones, watermarkUs };
  };

  readonly takeDelta = (): readonly SlotDelta[] => {
    const deltas: SlotDelta[] = [];
    for (const entry of this.ascending()) {
      this.settle(entry);
      if (entry.delta !== undefined) deltas.push({ slot: entry.slot, block: entry.delta });
      entry.delta = undefined;
      this.dropDone(entry);
    }
    return deltas;
  };

  readonly takeChanged = ({ closedBefore, settledBefore }: TakeChanged): readonly SlotState[] => {
    this.firstOpen = Math.max(this.firstOpen, closedBefore);
    const settled = settledBefore ?? this.newest - UNSETTLED_SLOTS + 1;
    return this.ascending().flatMap((entry) => this.takeSlot(entry, settled));
  };

  readonly restore = (slot: number, block: Block): void => {
    const entry = this.entry(slot);
    if (entry.open === undefined) this.openCount += 1;
    entry.open ??= new OpenSlot();
    entry.open.restore(block);
    for (const zone of block.get('zone')?.keys ?? []) {
      if (zone !== OTHER_KEY && this.options.catalogue.customerOf(zone) === undefined) entry.unknownZones.add(zone);
    }
    this.advance(slot);
  };

  private takeSlot(entry: SlotEntry, settled: number): readonly SlotState[] {
    const { slot, open } = entry;
    this.settle(entry);
    if (open === undefined) return [];
    const closed = slot < this.firstOpen;
    const block = closed ? open.takeLast() : open.takeChanged(slot < settled);
    if (closed) this.close(entry);
    else if (slot <= this.newest - HOT_SLOTS) open.freeze();
    this.dropDone(entry);
    return closed || block.size > 0 ? [{ slot, closed, block }] : [];
  }

  private addOutcomes(batch: OutcomeBatch, times: BatchTimes): { late: number; future: number } {
    const { n, dtUs, outcome, latencyUs, weight } = batch;
    const zoneOfRow = batch.zoneId ?? batch.zoneIx;
    const { firstSlot, startUs, limitUs } = times;
    const parts = nodePartsOf(batch);
    let [late, future, offset] = [0, 0, -1];
    let cache: RowCache | undefined;
    for (let i = 0; i < n; i += 1) {
      const us = startUs + dtUs[i]!;
      if (us > limitUs) {
        future += 1;
        continue;
      }
      const slotOffset = Math.floor(us / SLOT_US);
      if (cache === undefined || slotOffset !== offset) {
        offset = slotOffset;
        cache = this.cacheOf(firstSlot + offset, parts);
      }
      if (cache.isLate) late += 1;
      const at = this.rowsOf(cache, batch, zoneOfRow[i]!, parts);
      cache.pending?.add(
        cache.nodeRow,
        cache.rows,
        at,
        outcome[i]!,
        latencyUs[i]!,
        weight === undefined ? 1 : weight[i]!,
      );
    }
    return { late, future };
  }

  private cacheOf(slot: number, parts: NodeParts): RowCache {
    const cache = this.caches[((slot % CACHES) + CACHES) % CACHES]!;
    if (cache.slot === slot) return cache;
    const entry = this.entry(slot);
    entry.pending ??= this.pool.pop() ?? new PendingSlot(this.join);
    cache.begin(slot, entry.pending, entry.pending.nodeRow(parts), entry.open === undefined);
    return cache;
  }

  /** Where the rows of a zone stand in the cache; they are looked up once per batch, slot and zone. */
  private rowsOf(cache: RowCache, batch: OutcomeBatch, zoneRef: number, parts: NodeParts): number {
    const index = batch.zoneId === undefined ? zoneRef : cache.indexOfId(zoneRef);
    const at = index * ROWS_PER_ZONE;
    if (cache.isKnown(index)) return at;
    const zone = batch.zoneId === undefined ? batch.zones[zoneRef] : this.options.catalogue.zoneOf?.(zoneRef);
    cache.pending?.resolve(this.keysOf(zone ?? OTHER_KEY, cache.slot, parts), cache.rows, at);
    return at;
  }

  private keysOf(zone: string, slot: number, { region, release }: NodeParts) {
    const { join } = this;
    const customer = this.options.catalogue.customerOf(zone);
    const zoneKey = customer === undefined ? this.admit(zone, slot) : zone;
    const customerKey = customer ?? OTHER_KEY;
    return {
      zone: zoneKey,
      zoneRelease: join(zoneKey, release),
      customer: customerKey,
      customerRegion: join(customerKey, region),
      customerRelease: join(customerKey, release),
    };
  }

  private admit(zone: string, slot: number): string {
    const { unknownZones } = this.entry(slot);
    if (zone === OTHER_KEY || unknownZones.has(zone)) return zone;
    if (unknownZones.size >= this.options.zonesMax) {
      this.otherZones += 1;
      return OTHER_KEY;
    }
    unknownZones.add(zone);
    return zone;
  }

  private advance(slot: number): void {
    this.newest = Math.max(this.newest, slot);
    this.firstOpen = Math.max(this.firstOpen, this.newest - this.options.openSlots + 1);
    if (this.openCount > OPEN_FACTOR_MAX * this.options.openSlots) this.closeUntold();
  }

  private closeUntold(): void {
    for (const entry of this.entries.values()) {
      if (entry.open === undefined || entry.slot >= this.firstOpen) continue;
      this.close(entry);
      this.untold += 1;
    }
  }

  private close(entry: SlotEntry): void {
    entry.open = undefined;
    this.openCount -= 1;
  }

  private entry(slot: number): SlotEntry {
    const known = this.entries.get(slot);
    if (known !== undefined) return known;
    const open = slot < this.firstOpen ? undefined : new OpenSlot();
    const entry: SlotEntry = { slot, pending: undefined, open, delta: undefined, unknownZones: new Set() };
    this.entries.set(slot, entry);
    if (open !== undefined) this.openCount += 1;
    return entry;
  }

  /** Moves what was folded since the last time into the absolute state and the delta. */
  private settle(entry: SlotEntry): void {
    const { pending } = entry;
    if (pending === undefined) return;
    const block = pending.block();
    entry.delta ??= new Map();
    addToDelta(entry.delta, block);
    entry.open?.add(block);
    pending.reset();
    entry.pending = undefined;
    if (this.pool.length < POOL_MAX) this.pool.push(pending);
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

import { FUTURE_US_MAX, SLOT_MS, type OutcomeBatch } from '#contracts';
import { BatchRun } from './batch-run.js';
import type { Block } from './cells.js';
import { type AddedCounts, FoldSlot, newAddedCounts, type RunOrigin } from './fold-slot.js';
import { KeySpace, OTHER_ID } from './key-space.js';
import type { SlotState } from './partition-tick.js';
import { nodePartsOf } from './shape-counts.js';
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
/**
 * Emptied arrays that are kept for the next slot: live nodes write two or three slots at a time, and each has grown to some MB.
 * Beyond it a slot's memory is made anew.
 */
const POOL_MAX = 4;

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
  private readonly entries = new Map<number, FoldSlot>();
  private readonly pool: AddedCounts[] = [];
  private readonly run = new BatchRun();
  private space: KeySpace;
  private newest = Number.NEGATIVE_INFINITY;
  private firstOpen = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: SlotFoldOptions) {
    this.space = new KeySpace(options.catalogue);
  }

  readonly slots = (): number => this.entries.size;

  readonly addedBytes = (): number => {
    let bytes = 0;
    for (const slot of this.entries.values()) bytes += slot.addedBytes;
    return bytes;
  };

  readonly fold = (batch: OutcomeBatch, receivedAtMs: number): FoldResult => {
    const times = timesOf(batch, receivedAtMs);
    if (this.space.isOutdated) this.renewSpace();
    this.advance(Math.floor(receivedAtMs / SLOT_MS));
    this.run.begin(batch, this.space);
    const { late, future, otherZones } = this.addOutcomes(batch, times);
    const watermarkUs = times.newestUs < 0 ? undefined : times.firstSlot * SLOT_US + times.newestUs;
    return { counted: batch.n - future, late, future, otherZones, watermarkUs };
  };

  readonly takeDelta = (visit: (delta: SlotDelta) => void): void => {
    for (const slot of this.ascending()) {
      slot.takeDelta(this.space, visit, this.give);
      this.dropDone(slot);
    }
  };

  readonly takeChanged = ({ closedBefore, settledBefore }: TakeChanged): readonly SlotState[] => {
    this.closeBefore(closedBefore);
    const settled = settledBefore ?? this.newest - UNSETTLED_SLOTS + 1;
    return this.ascending().flatMap((slot) => {
      const state = slot.takeState(slot.slot < settled, this.space);
      if (slot.slot <= this.newest - HOT_SLOTS) slot.trim();
      this.dropDone(slot);
      return state === undefined ? [] : [state];
    });
  };

  readonly passTo = (receivedAtMs: number): void => this.advance(Math.floor(receivedAtMs / SLOT_MS));

  readonly restore = (slot: number, block: Block): void => {
    if (slot < this.firstOpen) return;
    const isUnknown = (zone: string): boolean => this.options.catalogue.customerOf(zone) === undefined;
    this.slotOf(slot).restore(block, this.space, isUnknown);
  };

  /** Goes through runs of outcomes of one slot; those of a live node are one or two per batch. */
  private addOutcomes(
    batch: OutcomeBatch,
    { firstSlot, startUs, limitUs }: BatchTimes,
  ): Pick<FoldResult, 'late' | 'future' | 'otherZones'> {
    const { n, dtUs } = batch;
    const parts = nodePartsOf(batch);
    const origin = { parts, region: this.space.label(parts.region), release: this.space.label(parts.release) };
    const refused = new Set<string>();
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
      if (firstSlot + slot < this.firstOpen) late += to - from;
      this.run.select(from, to);
      this.addRun(this.slotOf(firstSlot + slot), origin, refused);
      from = to;
    }
    return { late, future, otherZones: refused.size };
  }

  private addRun(slot: FoldSlot, origin: RunOrigin, refused: Set<string>): void {
    if (this.run.names.nobodies.length > 0) this.admitZones(slot, refused);
    slot.countRun(this.run, origin, this.space, this.take);
  }

  /** Zones of nobody: each is one of the first so many of its slot, or `other`. */
  private admitZones({ slot, unknownZones }: FoldSlot, refused: Set<string>): void {
    const { zones, from, to, names } = this.run;
    for (let i = from; i < to; i += 1) {
      if (zones[i]! >= 0) continue;
      const name = names.nobodies[-1 - zones[i]!]!;
      if (unknownZones.has(name) || unknownZones.size < this.options.zonesMax) {
        unknownZones.add(name);
        zones[i] = this.space.zoneOf(name);
      } else {
        refused.add(`${slot} ${name}`);
        zones[i] = OTHER_ID;
      }
    }
  }

  private readonly take = (): AddedCounts => this.pool.pop() ?? newAddedCounts();

  private readonly give = (added: AddedCounts): void => {
    if (this.pool.length < POOL_MAX) this.pool.push(added);
  };

  /** Receive time alone moves the ring: nothing that a node says of event time closes a slot for another. */
  private advance(slot: number): void {
    if (slot <= this.newest) return;
    this.newest = slot;
    this.closeBefore(slot - this.options.openSlots + 1);
  }

  private closeBefore(slot: number): void {
    if (slot <= this.firstOpen) return;
    for (const entry of this.entries.values())
      if (entry.slot >= this.firstOpen && entry.slot < slot) entry.close(this.space);
    this.firstOpen = slot;
  }

  private slotOf(slot: number): FoldSlot {
    const known = this.entries.get(slot);
    if (known !== undefined) return known;
    const entry = new FoldSlot(slot, slot >= this.firstOpen);
    this.entries.set(slot, entry);
    return entry;
  }

  /** Begins to number keys anew: the catalogue changed, or invented names filled the space. */
  private renewSpace(): void {
    const next = new KeySpace(this.options.catalogue);
    for (const entry of this.entries.values()) entry.renumber(this.space, next);
    this.space = next;
  }

  private dropDone(entry: FoldSlot): void {
    if (entry.isDone) this.entries.delete(entry.slot);
  }

  private ascending(): readonly FoldSlot[] {
    return [...this.entries.values()].toSorted((a, b) => a.slot - b.slot);
  }
}

/** The fold of one partition. */
export const createSlotFold = (options: SlotFoldOptions): SlotFold => new PartitionFold(options);

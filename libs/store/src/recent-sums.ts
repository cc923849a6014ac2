import { type Family, SLOT_MS } from '#contracts';
import type { CellTable } from '#domain';
import type { SegmentRepository } from './segment.repository.js';
import { sumSegments } from './segment-windows.js';

/** The sums of a family over a window that ends with a slot. */
export interface RecentSum {
  readonly slot: number;
  readonly sum: CellTable;
}

/**
 * How long a second takes to be complete in the store: batches leave a node each 250 ms, segments are flushed once a second. Later
 * outcomes are still added, and show in windows read later.
 */
const SETTLED_AFTER_MS = 3_000;

/** The newest slot that is taken for complete. By the clock and not by the newest segment: a fleet that went silent must show. */
export const lastCompleteSlot = (nowMs: number): number => Math.floor((nowMs - SETTLED_AFTER_MS) / SLOT_MS) - 1;

interface Kept {
  readonly slot: number;
  readonly read: Promise<RecentSum>;
  isRunning: boolean;
}

/**
 * Sums of the newest complete window, one per family, read once for everybody who asks within `keptSlots`; whoever asks while a read
 * runs gets that one. So a hundred consoles cost what one costs, however large the fleet.
 */
export const createRecentSums = (
  segments: Pick<SegmentRepository, 'read'>,
  clock: { readonly nowMs: () => number },
  { windowMs, keptSlots }: { readonly windowMs: number; readonly keptSlots: number },
): ((family: Family) => Promise<RecentSum>) => {
  const kept = new Map<Family, Kept>();
  const windowSlots = windowMs / SLOT_MS;
  const read = async (family: Family, slot: number): Promise<RecentSum> => {
    const range = { family, fromSlot: slot - windowSlots + 1, toSlot: slot };
    const [sum] = await sumSegments(segments, range, windowSlots);
    if (sum === undefined) throw new Error(`sum ${family}: a window without a step`);
    return { slot, sum };
  };
  return (family) => {
    const slot = lastCompleteSlot(clock.nowMs());
    const latest = kept.get(family);
    if (latest?.isRunning === true) return latest.read;
    if (latest !== undefined && latest.slot <= slot && slot < latest.slot + keptSlots) return latest.read;
    const next: Kept = { slot, read: read(family, slot), isRunning: true };
    kept.set(family, next);
    next.read.then(
      () => (next.isRunning = false),
      // A failed read is not kept: the next request tries again.
      () => kept.delete(family),
    );
    return next.read;
  };
};

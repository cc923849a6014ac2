import { SLOT_MS, TICK_MS } from '#contracts';
import type { PartitionTick } from '../window/partition-tick.js';

/** What is told of a slot so long after it came late: a batch each 250 ms and the way here take one or two seconds. */
const IN_TIME_SLOTS = 5;
/** Slots of which it is remembered: a window of 5 min that ends a minute ago begins 6 min ago. */
const REMEMBERED_SLOTS = 370;

/** The slots that data came late for, by log time: the same whatever the order of partitions, and after what is applied again. */
export class LateSlots {
  private readonly slots = new Set<number>();
  private newest = Number.NEGATIVE_INFINITY;

  apply({ tick, slots }: PartitionTick): void {
    const now = Math.floor((tick * TICK_MS) / SLOT_MS);
    for (const { slot, block } of slots) {
      if (slot >= now - IN_TIME_SLOTS || ![...block.values()].some(({ size }) => size > 0)) continue;
      this.slots.add(slot);
      this.newest = Math.max(this.newest, slot);
    }
    if (this.slots.size > REMEMBERED_SLOTS)
      for (const slot of this.slots) if (slot < now - REMEMBERED_SLOTS) this.slots.delete(slot);
  }

  /** Whether data came late for one of the slots of a window. */
  touches(windowMs: number, endSlot: number): boolean {
    const first = endSlot - windowMs / SLOT_MS + 1;
    if (this.newest < first) return false;
    for (const slot of this.slots) if (slot >= first && slot <= endSlot) return true;
    return false;
  }
}

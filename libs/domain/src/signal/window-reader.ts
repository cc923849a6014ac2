import type { Family } from '#contracts';
import type { FailingPlace, Percentile, VisitFailing, WindowSum } from '../window/window-sum.js';

/** What signals read: sliding windows ending with any kept slot. `SlidingWindows` fits. */
export interface WindowReader {
  readonly sum: (family: Family, key: string, windowMs: number, endSlot: number) => WindowSum;
  /** Visits, in order, those of a list of keys that have at least so many failures. */
  readonly eachFailing: (family: Family, keys: readonly string[], place: FailingPlace, visit: VisitFailing) => void;
  readonly percentile: (family: Family, key: string, q: number, windowMs: number, endSlot: number) => Percentile;
  /** The percentile of many keys together. */
  readonly percentileOfAll: (
    family: Family,
    keys: readonly string[],
    q: number,
    windowMs: number,
    endSlot: number,
  ) => Percentile;
  readonly keys: (family: Family) => Iterable<string>;
}

/** A cell to read, over a window that ends with a slot. */
export interface WindowPlace {
  readonly family: Family;
  readonly key: string;
  readonly windowMs: number;
  readonly endSlot: number;
}

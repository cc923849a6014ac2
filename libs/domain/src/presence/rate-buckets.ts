import { TICK_MS } from '#contracts';

/** A bucket of 10 s: long enough that the batches of any sender even out, short enough that half a minute is a history. */
export const BUCKET_TICKS = 10_000 / TICK_MS;
/** Five minutes of buckets: all of it is applied again after a restart. */
const BUCKETS_KEPT = 30;
/** The bucket that fills and the one before it are left out: a fault that just begins must not become its own expectation. */
const NEWEST_EXCLUDED = 2;
/** Fewer buckets than half a minute are no history. */
const BUCKETS_MIN = 3;

/** Whether a span of log time, in ms, is no model for others, because something was wrong in it. */
export type IsExcluded = (fromMs: number, toMs: number) => boolean;

/** The middle of some numbers; undefined of none. */
export const medianOf = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

/** How often a node sends and how much, as the last five minutes show. */
export interface TrailingRate {
  readonly perS: number;
  /** Ticks from one arrival to the next: 1 for an agent, which sends each tick. */
  readonly gapTicks: number;
}

/** What arrived of a node in buckets of 10 s of log time, for five minutes. */
export class RateBuckets {
  private readonly buckets = new Float64Array(BUCKETS_KEPT + NEWEST_EXCLUDED).fill(-1);
  private readonly counts = new Float64Array(BUCKETS_KEPT + NEWEST_EXCLUDED);
  private readonly arrivals = new Float64Array(BUCKETS_KEPT + NEWEST_EXCLUDED);
  private lastTick = -1;
  private first: number | undefined;

  add(tick: number, count: number): void {
    const bucket = Math.floor(tick / BUCKET_TICKS);
    this.first ??= bucket;
    const at = bucket % this.buckets.length;
    if (this.buckets[at] !== bucket) {
      this.buckets[at] = bucket;
      this.counts[at] = 0;
      this.arrivals[at] = 0;
    }
    this.counts[at]! += count;
    if (tick !== this.lastTick) this.arrivals[at]! += 1;
    this.lastTick = tick;
  }

  /** The usual bucket up to a tick; undefined while fewer than three are whole and of healthy time. */
  trailing(tick: number, isExcluded: IsExcluded): TrailingRate | undefined {
    const now = Math.floor(tick / BUCKET_TICKS);
    const first = Math.max((this.first ?? now) + 1, now - BUCKETS_KEPT);
    const [counts, arrivals]: [number[], number[]] = [[], []];
    for (let bucket = first; bucket <= now - NEWEST_EXCLUDED; bucket += 1) {
      if (isExcluded(bucket * BUCKET_TICKS * TICK_MS, (bucket + 1) * BUCKET_TICKS * TICK_MS)) continue;
      const at = bucket % this.buckets.length;
      const isHeld = this.buckets[at] === bucket;
      counts.push(isHeld ? this.counts[at]! : 0);
      arrivals.push(isHeld ? this.arrivals[at]! : 0);
    }
    if (counts.length < BUCKETS_MIN) return undefined;
    const perBucket = medianOf(counts) ?? 0;
    const often = medianOf(arrivals) ?? 0;
    return { perS: (perBucket * 1_000) / (BUCKET_TICKS * TICK_MS), gapTicks: BUCKET_TICKS / Math.max(often, 1) };
  }
}

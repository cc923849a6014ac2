import { BASELINE_MINUTES, BASELINE_NEWEST_EXCLUDED, poolOf, robustRatio } from './robust-ratio.js';

/** Outcomes of the whole fleet in one minute. */
export interface BaselineMinute {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly good: number;
  readonly bad: number;
}

/** Failure ratio below which no baseline is believed (C7): 0.05 % is what a healthy fleet fails. */
export const BASELINE_FLOOR = 0.0005;

/** The trailing baseline of the fleet's failure ratio. Holds at most three hours of minutes. */
export class Baseline {
  private readonly minutes = new Map<number, BaselineMinute>();
  /** The newest minute that is known; -1 before the first. */
  newest = -1;

  /** Sets the counts of a minute; what is more than three hours older than the newest is dropped. */
  record(minute: BaselineMinute): void {
    this.minutes.set(minute.minute, minute);
    this.newest = Math.max(this.newest, minute.minute);
    for (const known of this.minutes.keys()) {
      if (known < this.newest - BASELINE_MINUTES - BASELINE_NEWEST_EXCLUDED) this.minutes.delete(known);
    }
  }

  has(minute: number): boolean {
    return this.minutes.has(minute);
  }

  /** The pools of which a minute is known. */
  pools(): readonly number[] {
    return [...new Set([...this.minutes.keys()].map(poolOf))];
  }

  /** The minutes of a pool that are known, ascending. */
  minutesOf(pool: number): readonly BaselineMinute[] {
    const known = [...this.minutes.values()].filter(({ minute }) => poolOf(minute) === pool);
    return known.toSorted((a, b) => a.minute - b.minute);
  }

  /** The failure ratio that is normal at a minute, not below the floor; minutes in which an incident was open do not count. */
  ratioAt(now: number, isExcluded: (minute: number) => boolean): number | 'unknown' {
    const used = [...this.minutes.values()].filter(
      ({ minute }) =>
        minute >= now - BASELINE_MINUTES && minute <= now - BASELINE_NEWEST_EXCLUDED && !isExcluded(minute),
    );
    const ratio = robustRatio(used.map(({ minute, good, bad }) => ({ minute, part: bad, whole: good + bad })));
    return ratio === 'unknown' ? ratio : Math.max(BASELINE_FLOOR, ratio);
  }
}

/** Outcomes of the whole fleet in one minute. */
export interface BaselineMinute {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly good: number;
  readonly bad: number;
}

/** The baseline looks back one hour (C7). */
export const BASELINE_MINUTES = 60;
/** The newest minutes are left out: a fault that is just beginning must not become its own baseline. */
export const BASELINE_NEWEST_EXCLUDED = 2;
/** Failure ratio below which no baseline is believed (C7): 0.05 % is what a healthy fleet fails. */
export const BASELINE_FLOOR = 0.0005;
/** Less history than this says nothing: ten minutes ride out a burst. */
const HISTORY_MINUTES_MIN = 10;
/** Less history than this says nothing: at the floor 10,000 outcomes hold five failures. */
const HISTORY_OUTCOMES_MIN = 10_000;

/** The trailing baseline of the fleet's failure ratio. Holds at most one hour of minutes. */
export class Baseline {
  private readonly minutes = new Map<number, BaselineMinute>();

  /** Sets the counts of a minute; what is more than an hour older is dropped. */
  record(minute: BaselineMinute): void {
    this.minutes.set(minute.minute, minute);
    for (const known of this.minutes.keys()) {
      if (known < minute.minute - BASELINE_MINUTES - BASELINE_NEWEST_EXCLUDED) this.minutes.delete(known);
    }
  }

  has(minute: number): boolean {
    return this.minutes.has(minute);
  }

  /** The failure ratio that is normal at a minute, not below the floor; minutes in which an incident was open do not count. */
  ratioAt(now: number, isExcluded: (minute: number) => boolean): number | 'unknown' {
    const used = [...this.minutes.values()].filter(
      ({ minute }) =>
        minute >= now - BASELINE_MINUTES && minute <= now - BASELINE_NEWEST_EXCLUDED && !isExcluded(minute),
    );
    const good = used.reduce((sum, each) => sum + each.good, 0);
    const bad = used.reduce((sum, each) => sum + each.bad, 0);
    if (used.length < HISTORY_MINUTES_MIN || good + bad < HISTORY_OUTCOMES_MIN) return 'unknown';
    return Math.max(BASELINE_FLOOR, bad / (good + bad));
  }
}

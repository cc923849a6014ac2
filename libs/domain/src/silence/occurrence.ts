import { type MaintenanceWindow, WEEKDAYS } from '#contracts';
import { localMs, momentOf } from './local-time.js';

/** One time that a maintenance window is open: [startsAtMs, endsAtMs). */
export interface Occurrence {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

const DAY_MS = 86_400_000;
/** A window lasts a day at most, and a day in its zone may begin a day before that of UTC. */
const DAYS_BACK = 2;
/** Each weekday comes within a week. */
const DAYS_AHEAD = 8;

const dayOfDate = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;

/** 1970-01-01, day 0, was a Thursday; in `WEEKDAYS` it is the fourth. */
const weekdayOf = (day: number): (typeof WEEKDAYS)[number] => WEEKDAYS[(((day + 3) % 7) + 7) % 7]!;

const occurrenceOn = ({ timeZone, startsAt, durationMs }: MaintenanceWindow, day: number): Occurrence => {
  const [hours = 0, minutes = 0] = startsAt.split(':').map(Number);
  const startsAtMs = momentOf(timeZone, day * DAY_MS + hours * 3_600_000 + minutes * 60_000);
  return { startsAtMs, endsAtMs: startsAtMs + durationMs };
};

const daysFrom = (window: MaintenanceWindow, atMs: number): readonly number[] => {
  const { date, days = [], timeZone } = window;
  if (date !== undefined) return [dayOfDate(date)];
  const today = Math.floor(localMs(timeZone, atMs) / DAY_MS);
  return Array.from({ length: DAYS_BACK + 1 + DAYS_AHEAD }, (_, index) => today - DAYS_BACK + index).filter((day) =>
    days.includes(weekdayOf(day)),
  );
};

/**
 * The occurrence of a window that is open at a moment, or else the next one; undefined when there is none any more. It starts when
 * local clocks reach its time of the day, and lasts as long as it says on any clock: work takes no longer in the night in which
 * an hour is shown twice.
 */
export const occurrenceAt = (window: MaintenanceWindow, atMs: number): Occurrence | undefined =>
  daysFrom(window, atMs)
    .map((day) => occurrenceOn(window, day))
    .find(({ endsAtMs }) => endsAtMs > atMs);

interface Known {
  readonly fromMs: number;
  readonly occurrence: Occurrence | undefined;
}

/**
 * Occurrences as ticks ask for them, four times a second for each window: each is computed once, and serves until it ends. Held for
 * as long as the window is.
 */
export class Calendar {
  private readonly known = new WeakMap<MaintenanceWindow, Known>();

  at(window: MaintenanceWindow, atMs: number): Occurrence | undefined {
    const known = this.known.get(window);
    const isKnown = known !== undefined && atMs >= known.fromMs && atMs < (known.occurrence?.endsAtMs ?? Infinity);
    if (isKnown) return known.occurrence;
    const occurrence = occurrenceAt(window, atMs);
    this.known.set(window, { fromMs: atMs, occurrence });
    return occurrence;
  }
}

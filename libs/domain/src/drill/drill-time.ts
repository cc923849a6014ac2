import { localMs, momentOf } from '../silence/local-time.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** When drills are: a time of day, on some days of the week, in a zone. */
export interface DrillTime {
  readonly minuteOfDay: number;
  /** 0 = Sunday. */
  readonly weekdays: readonly number[];
  readonly timeZone: string;
}

/** A drill that is due is run this late at most: a server that was down over night must not wake the next shift. */
export const DRILL_LATE_MS_MAX = 600_000;

const WEEK_DAYS = 7;

/** A drill by the plan. */
export interface PlannedDrill {
  /** `2021-07-22`, as its zone has it. */
  readonly day: string;
  readonly dueMs: number;
}

/** The newest drill that was due by a moment; undefined where no day has one. */
export const newestDrill = (
  { minuteOfDay, weekdays, timeZone }: DrillTime,
  nowMs: number,
): PlannedDrill | undefined => {
  const localDay = Math.floor(localMs(timeZone, nowMs) / DAY_MS) * DAY_MS;
  for (let back = 0; back <= WEEK_DAYS; back += 1) {
    const day = localDay - back * DAY_MS;
    if (!weekdays.includes(new Date(day).getUTCDay())) continue;
    const dueMs = momentOf(timeZone, day + minuteOfDay * MINUTE_MS);
    if (nowMs >= dueMs) return { day: new Date(day).toISOString().slice(0, 10), dueMs };
  }
  return undefined;
};

/** Whether a drill is not run any more: a server that comes back leaves it out. */
export const isTooLate = ({ dueMs }: PlannedDrill, nowMs: number): boolean => nowMs - dueMs >= DRILL_LATE_MS_MAX;

/** The day whose drill is due at a moment, `2021-07-22`; undefined when none is. */
export const dueDrillDay = (time: DrillTime, nowMs: number): string | undefined => {
  const newest = newestDrill(time, nowMs);
  return newest === undefined || isTooLate(newest, nowMs) ? undefined : newest.day;
};

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

/** The day whose drill is due at a moment, `2021-07-22`; undefined when none is. */
export const dueDrillDay = ({ minuteOfDay, weekdays, timeZone }: DrillTime, nowMs: number): string | undefined => {
  const localDay = Math.floor(localMs(timeZone, nowMs) / DAY_MS) * DAY_MS;
  // Just before midnight the drill of the day that ends is still due after it.
  for (const day of [localDay, localDay - DAY_MS]) {
    if (!weekdays.includes(new Date(day).getUTCDay())) continue;
    const dueMs = momentOf(timeZone, day + minuteOfDay * MINUTE_MS);
    if (nowMs >= dueMs && nowMs - dueMs < DRILL_LATE_MS_MAX) return new Date(day).toISOString().slice(0, 10);
  }
  return undefined;
};

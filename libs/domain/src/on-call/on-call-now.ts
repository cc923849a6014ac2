import type { Schedule } from '#contracts';
import type { ScheduleOverride } from './schedule-override.js';
import { type Shift, shiftsOf } from './shifts.js';

/** How far ahead the next change is looked for: a rotation of one person has none. */
const AHEAD_MS = 90 * 86_400_000;
/** What is looked at first, since most turns are a week at most, and a year of short ones takes long to compute. */
const NEAR_MS = 8 * 86_400_000;

/** Who a schedule names now, and what comes then. */
export interface OnCallNow {
  /** undefined: nobody. */
  readonly person: string | undefined;
  readonly scheduleOverrideId: string | undefined;
  /** null: nothing changes within 90 days. */
  readonly untilMs: number | null;
  /** Who follows, undefined being nobody; null: nothing changes within 90 days. */
  readonly next: { readonly person: string | undefined; readonly fromMs: number } | null;
}

/** The one who is on call as a person, whatever names them. */
const untilOther = ([first, ...later]: readonly Shift[]): Shift | undefined =>
  later.find(({ person }) => person !== first?.person);

/** Who a schedule names at a moment, until when, and who follows. */
export const onCallNow = (schedule: Schedule, overrides: readonly ScheduleOverride[], atMs: number): OnCallNow => {
  const ahead = (ms: number): readonly Shift[] => shiftsOf(schedule, overrides, { fromMs: atMs, untilMs: atMs + ms });
  const near = ahead(NEAR_MS);
  const next = untilOther(near) ?? untilOther(ahead(AHEAD_MS));
  const { person, scheduleOverrideId } = near[0] ?? {};
  if (next === undefined) return { person, scheduleOverrideId, untilMs: null, next: null };
  return { person, scheduleOverrideId, untilMs: next.fromMs, next: { person: next.person, fromMs: next.fromMs } };
};

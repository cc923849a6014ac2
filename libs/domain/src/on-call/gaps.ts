import type { OnCallPlan, Schedule } from '#contracts';
import { overridesIn, type ScheduleOverride } from './schedule-override.js';
import { shiftsOf } from './shifts.js';
import type { Span } from './turns.js';

/** A time at which a schedule names nobody. */
export interface Gap extends Span {
  readonly schedule: string;
}

/** When a schedule names nobody, within a span. */
export const gapsOfSchedule = (
  schedule: Schedule,
  overrides: readonly ScheduleOverride[],
  span: Span,
): readonly Gap[] =>
  shiftsOf(schedule, overrides, span)
    .filter(({ person }) => person === undefined)
    .map(({ fromMs, untilMs }) => ({ schedule: schedule.schedule, fromMs, untilMs }));

/** When any schedule of a plan names nobody, within a span, in order. */
export const gapsOfPlan = (plan: OnCallPlan, overrides: readonly ScheduleOverride[], span: Span): readonly Gap[] =>
  plan.schedules
    .flatMap((schedule) => gapsOfSchedule(schedule, overridesIn(plan, overrides), span))
    .toSorted((a, b) => a.fromMs - b.fromMs);

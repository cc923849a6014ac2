import {
  event,
  type EventOf,
  type NewScheduleOverride,
  type OnCallPlan,
  refuse,
  type Refusal,
  SCHEDULE_OVERRIDE_AHEAD_MS_MAX,
  SCHEDULE_OVERRIDE_MS_MAX,
  SCHEDULE_OVERRIDES_MAX,
} from '#contracts';
import type { ScheduleOverride } from './schedule-override.js';

/** Who asks, when by the clock of the door, and what there is. */
export interface AskingOverride {
  readonly scheduleOverrideId: string;
  readonly by: string;
  readonly nowMs: number;
  /** Overrides that are not over. */
  readonly standing: number;
  /** The plan in force. */
  readonly plan: OnCallPlan | undefined;
}

const DAY_MS = 86_400_000;

const refuseTimes = (fromMs: number, untilMs: number, nowMs: number): Refusal | undefined => {
  if (untilMs <= fromMs) return refuse('BODY_INVALID', 'the override would end before it begins', '/untilMs');
  if (untilMs - fromMs > SCHEDULE_OVERRIDE_MS_MAX)
    return refuse('BODY_INVALID', `an override lasts ${SCHEDULE_OVERRIDE_MS_MAX / DAY_MS} days at most`, '/untilMs');
  if (fromMs > nowMs + SCHEDULE_OVERRIDE_AHEAD_MS_MAX)
    return refuse('BODY_INVALID', `it begins ${SCHEDULE_OVERRIDE_AHEAD_MS_MAX / DAY_MS} days ahead at most`, '/fromMs');
  return undefined;
};

/** Puts somebody in the place of whoever a schedule names. It does not begin before now: who was called was called. */
export const decideScheduleOverride = (
  wanted: NewScheduleOverride,
  { scheduleOverrideId, by, nowMs, standing, plan }: AskingOverride,
): readonly EventOf<'ScheduleOverridden'>[] | Refusal => {
  const { schedule, person, untilMs, comment } = wanted;
  if (plan === undefined)
    return refuse('ON_CALL_UNSET', 'load a plan first: without one every channel gets every page');
  if (!plan.schedules.some((each) => each.schedule === schedule))
    return refuse('BODY_INVALID', `there is no schedule ${schedule}`, '/schedule');
  if (!plan.people.some((each) => each.person === person))
    return refuse('BODY_INVALID', `there is no person ${person}`, '/person');
  const fromMs = Math.max(wanted.fromMs ?? 0, nowMs);
  const refusal = refuseTimes(fromMs, untilMs, nowMs);
  if (refusal !== undefined) return refusal;
  if (standing >= SCHEDULE_OVERRIDES_MAX)
    return refuse('SCHEDULE_OVERRIDES_TOO_MANY', `${standing} overrides stand, ${SCHEDULE_OVERRIDES_MAX} may`);
  return [
    event('ScheduleOverridden', { scheduleOverrideId, schedule, person, fromMs, untilMs, by, comment, at: nowMs }),
  ];
};

/** Ends an override; one that is over, or was withdrawn, stays as it is. */
export const decideOverrideWithdrawal = (
  { scheduleOverrideId, untilMs, withdrawnAt }: ScheduleOverride & { readonly withdrawnAt: number | null },
  { by, nowMs }: Pick<AskingOverride, 'by' | 'nowMs'>,
): readonly EventOf<'ScheduleOverrideWithdrawn'>[] =>
  withdrawnAt !== null || untilMs <= nowMs
    ? []
    : [event('ScheduleOverrideWithdrawn', { scheduleOverrideId, by, at: nowMs })];

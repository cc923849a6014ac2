import { z } from 'zod';
import { onCallPlanSchema } from '../on-call-plan.js';
import { count, moment } from './answer.js';

const origin = {
  version: z.number().int().positive(),
  sha256: z.string(),
  source: z.string(),
  isFile: z.boolean(),
  loadedAt: moment,
  loadedBy: z.string(),
};
const fault = z.object({ pointer: z.string(), detail: z.string() });
const gap = z.object({ schedule: z.string(), fromMs: moment, untilMs: moment });
const level = z.object({
  level: count,
  waitMs: count,
  reached: z.array(z.object({ person: z.string().nullable(), channel: z.string() })),
  nobody: z.array(z.string()),
});
const reload = z.object({
  askedVersion: count.nullable(),
  askedAt: moment.nullable(),
  askedBy: z.string().nullable(),
  refusedAt: moment.nullable(),
  refusedSource: z.string().nullable(),
  refusedProblems: z.array(z.string()).nullable(),
});

/** Somebody is on call in place of who the schedule says. */
export const scheduleOverrideShape = z
  .object({
    scheduleOverrideId: z.string(),
    schedule: z.string(),
    person: z.string(),
    fromMs: moment,
    untilMs: moment,
    madeBy: z.string(),
    comment: z.string(),
    madeAt: moment,
    withdrawnAt: moment.nullable(),
    withdrawnBy: z.string().nullable(),
  })
  .meta({ id: 'ScheduleOverride' });

/** Who is called now, level by level, and when nobody is. */
export const onCallAnswer = z.object({
  atMs: moment,
  plan: z.object(origin).nullable(),
  schedules: z.array(
    z.object({
      schedule: z.string(),
      timeZone: z.string(),
      person: z.string().nullable(),
      scheduleOverrideId: z.string().nullable(),
      untilMs: moment.nullable(),
      next: z.object({ person: z.string().nullable(), fromMs: moment }).nullable(),
    }),
  ),
  policies: z.array(z.object({ policy: z.string(), levels: z.array(level) })),
  gaps: z.array(gap),
  overrides: z.array(scheduleOverrideShape),
  warnings: z.array(fault),
  lastReload: reload.nullable(),
});

/** The plan in force. */
export const onCallPlanAnswer = z.object({ ...origin, plan: onCallPlanSchema });

/** Who is on call within a time. */
export const shiftsAnswer = z.object({
  schedule: z.string(),
  timeZone: z.string(),
  fromMs: moment,
  untilMs: moment,
  shifts: z.array(
    z.object({
      fromMs: moment,
      untilMs: moment,
      person: z.string().nullable(),
      scheduleOverrideId: z.string().nullable(),
    }),
  ),
  gaps: z.array(gap),
});

/** The plan that was loaded, and what may be wrong with it. */
export const onCallLoadedAnswer = z.object({ plan: z.object(origin), warnings: z.array(fault) });
/** What is wrong with a plan, and what may be. */
export const onCallCheckAnswer = z.object({ errors: z.array(fault), warnings: z.array(fault) });
/** An override, and what it changes of the times at which nobody is on call. */
export const scheduleOverrideAnswer = z.object({
  override: scheduleOverrideShape,
  fills: z.array(gap),
  opens: z.array(gap),
  gaps: z.array(gap),
});

import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { onCallPlanSchema } from '../on-call-plan.js';
import { at, by, comment, id } from './event-parts.js';

const ms = z.number().int().nonnegative();

/** Events of stream `on-call`. */
export const onCallEvents = {
  /** From now on this plan says who is called; what is under way keeps the policy it began with. */
  OnCallLoaded: z.object({
    /** From 1. */
    version: z.number().int().positive(),
    sha256: z.string().length(64),
    /** The file, or who sent it. */
    source: z.string().max(500),
    plan: onCallPlanSchema,
    at,
  }),
  /** Somebody takes the place of whoever a schedule names, for a while. */
  ScheduleOverridden: z.object({
    scheduleOverrideId: id,
    schedule: nameSchema,
    person: nameSchema,
    fromMs: ms,
    untilMs: ms,
    by,
    comment,
    at,
  }),
  /** It does not hold any more, or never began. */
  ScheduleOverrideWithdrawn: z.object({ scheduleOverrideId: id, by, at }),
} as const;

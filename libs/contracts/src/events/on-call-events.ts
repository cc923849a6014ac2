import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { onCallPlanSchema } from '../on-call-plan.js';
import { at, by, comment, id } from './event-parts.js';

const ms = z.number().int().nonnegative();

/** Events of stream `on-call`, and of `on-call-reload`, which holds what was asked and refused. */
export const onCallEvents = {
  /** From now on this plan says who is called; what is under way keeps the policy it began with. */
  OnCallLoaded: z.object({
    /** From 1. */
    version: z.number().int().positive(),
    sha256: z.string().length(64),
    /** The file, or who sent it. */
    source: z.string().max(500),
    /** A file holds it, so that nobody replaces it by a request unawares; absent: somebody sent it. */
    isFile: z.boolean().optional(),
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
  /** Somebody asked for the file to be read again; every dispatcher does so, and the first one tells the outcome. */
  OnCallReloadAsked: z.object({ at }),
  /** The file that was to be loaded is wrong: the plan in force stays, as a whole. */
  OnCallRefused: z.object({
    source: z.string().max(500),
    /** `file:line:column: what is wrong`, with the line and a caret. */
    problems: z.array(z.string().max(2_000)).min(1).max(100),
    at,
  }),
  /** A file that had been refused says what is in force: nothing is refused any more, and nothing was loaded. */
  OnCallUnchanged: z.object({ source: z.string().max(500), at }),
} as const;

import { z } from 'zod';
import { nameSchema } from './node-report.js';

/** The longest override, a quarter: whoever is away for longer is out of the rotation. */
export const SCHEDULE_OVERRIDE_MS_MAX = 92 * 86_400_000;
/** How far ahead one may be set, a year. */
export const SCHEDULE_OVERRIDE_AHEAD_MS_MAX = 366 * 86_400_000;
/** Overrides that stand at once: each call looks at all of them. More are refused. */
export const SCHEDULE_OVERRIDES_MAX = 500;

/** Somebody is to take the place of whoever a schedule names. */
export const newScheduleOverrideSchema = z.strictObject({
  schedule: nameSchema,
  person: nameSchema,
  /** Ms since the epoch; now without it. */
  fromMs: z.number().int().nonnegative().optional(),
  untilMs: z.number().int().positive(),
  comment: z.string().trim().min(1).max(500),
});
/** Somebody is to take the place of whoever a schedule names. */
export type NewScheduleOverride = z.infer<typeof newScheduleOverrideSchema>;

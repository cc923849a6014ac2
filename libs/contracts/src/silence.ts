import { z } from 'zod';
import { selectorSchema } from './selector.js';

/** The longest silence, a week: what is muted for longer is a rule that nobody wants. */
export const SILENCE_MS_MAX = 7 * 86_400_000;
/** How far ahead one may be set, 30 days: a later one belongs into the maintenance of the rules, where it is reviewed. */
export const SILENCE_AHEAD_MS_MAX = 30 * 86_400_000;
/**
 * From the request to its effect. An append ends within 2.5 s or not at all; so the rules, and everybody who reads the log again, know
 * of a silence before the first tick that it mutes.
 */
export const SILENCE_DELAY_MS = 3_000;
/** Silences that stand at once: every alert is compared with each of them on each tick. More are refused. */
export const SILENCES_MAX = 200;

/** Somebody wants a silence. Its end is told as a time or as a length. */
export const newSilenceSchema = z
  .strictObject({
    /** Which alerts; one that fits everything is refused. */
    where: selectorSchema.refine((where) => Object.keys(where).length > 0, 'expected at least one label'),
    /** Ms since the epoch; at once without it. */
    startsAtMs: z.number().int().nonnegative().optional(),
    endsAtMs: z.number().int().positive().optional(),
    durationMs: z.number().int().positive().max(SILENCE_MS_MAX).optional(),
    comment: z.string().trim().min(1).max(1_000),
  })
  .refine(({ endsAtMs, durationMs }) => (endsAtMs === undefined) !== (durationMs === undefined), {
    error: 'expected either endsAtMs or durationMs',
    path: ['endsAtMs'],
  });
/** Somebody wants a silence. */
export type NewSilence = z.infer<typeof newSilenceSchema>;

import { z } from 'zod';
import { commentSchema } from '#contracts';
import { moment } from '../window-query.js';

/** Which shifts: from now on for two weeks without it. */
export const shiftsQuery = z.object({ from: moment.optional(), to: moment.optional() });

/** A plan that somebody sent; what it is is read by its own schema, which tells every key that is written wrong. */
export const sentPlan = z.strictObject({
  plan: z.unknown(),
  /** Load it though a file holds the plan in force. */
  replacesFile: z.boolean().default(false),
  comment: commentSchema.optional(),
});

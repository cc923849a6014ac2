import { z } from 'zod';
import { nameSchema } from './node-report.js';
import { commentSchema } from './release-request.js';

/** A fire drill that somebody asks for: through one channel, or all that page. */
export const newDrillSchema = z.strictObject({ channel: nameSchema.optional(), comment: commentSchema.optional() });
/** A fire drill that somebody asks for. */
export type NewDrill = z.infer<typeof newDrillSchema>;

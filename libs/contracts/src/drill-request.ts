import { z } from 'zod';
import { nameSchema } from './node-report.js';

/** A fire drill that somebody asks for: through one channel, or all that page. */
export const newDrillSchema = z.strictObject({ channel: nameSchema.optional() });
/** A fire drill that somebody asks for. */
export type NewDrill = z.infer<typeof newDrillSchema>;

import { z } from 'zod';

/** That the process lives. */
export const aliveSchema = z.object({ status: z.literal('alive') });

/** Whether the process can do its work: `unready` names each part that cannot and why, `notices` what an operator should know. */
export const readinessSchema = z.object({
  status: z.enum(['ready', 'not ready']),
  unready: z.record(z.string(), z.string()),
  notices: z.record(z.string(), z.string()).optional(),
});

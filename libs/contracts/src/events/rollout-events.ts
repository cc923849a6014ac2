import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { at, id, release } from './event-parts.js';

/** Events of stream `rollout-<rolloutId>`. */
export const rolloutEvents = {
  RolloutStarted: z.object({
    rolloutId: id,
    service: nameSchema,
    ...release,
    stage: nameSchema,
    nodes: z.array(nameSchema),
    at,
  }),
  RolloutStageReached: z.object({ rolloutId: id, stage: nameSchema, nodes: z.array(nameSchema), at }),
  RolloutHalted: z.object({ rolloutId: id, because: z.string().max(500), at }),
  RolloutRolledBack: z.object({ rolloutId: id, rollbackId: id, at }),
} as const;

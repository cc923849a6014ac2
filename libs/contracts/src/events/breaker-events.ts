import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { at, id, why } from './event-parts.js';

const service = nameSchema;

/** Events of stream `breaker-<service>`: the circuit breaker of DNS updates (R42). */
export const breakerEvents = {
  /** An update of one node began: one of at most 100 at once. */
  UpdateBegan: z.object({ service, updateId: id, rolloutId: id, nodeId: nameSchema, at }),
  /** An update that the breaker watched is over, healthy or not. */
  UpdateEnded: z.object({ service, updateId: id, isHealthy: z.boolean(), detail: z.string().max(500), at }),
  /** Too many updates went wrong: none begins until the breaker is tried again. */
  BreakerOpened: z.object({ service, because: why, failures: z.number().int(), updates: z.number().int(), at }),
  /** One update decides. */
  BreakerHalfOpened: z.object({ service, at }),
  /** Updates may begin as before. */
  BreakerClosed: z.object({ service, because: why, at }),
} as const;

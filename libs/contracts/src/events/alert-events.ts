import { z } from 'zod';
import { alertKey, at, id, reasonSchema, SEVERITIES } from './event-parts.js';

/** Events of stream `alert-<alertId>`. */
export const alertEvents = {
  AlertFired: z.object({ ...alertKey, severity: z.enum(SEVERITIES), reason: reasonSchema, at }),
  /** The telemetry it rests on stopped: neither firing nor resolved. */
  AlertBecameUnknown: z.object({ alertId: id, because: z.string().max(500), at }),
  AlertResumed: z.object({ alertId: id, reason: reasonSchema, at }),
  AlertResolved: z.object({ alertId: id, reason: reasonSchema, at }),
} as const;

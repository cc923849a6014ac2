import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { at, id, SEVERITIES } from './event-parts.js';

/** Events of stream `escalation-<escalationId>`: a customer complains, and is content again. Nothing comes after the end. */
export const customerEscalationEvents = {
  /** A customer complains, in the words of the system that told of it. */
  CustomerEscalationOpened: z.object({
    escalationId: id,
    customerId: nameSchema,
    severity: z.enum(SEVERITIES),
    at,
  }),
  /** The complaint is settled. */
  CustomerEscalationClosed: z.object({ escalationId: id, at }),
} as const;

import { z } from 'zod';
import { policySchema } from '../on-call-plan.js';
import { at, by, id, why } from './event-parts.js';

const ms = z.number().int().nonnegative();
/** From 1. */
const level = z.number().int().positive();
/** How often all levels were gone through before: 0 for the first time. */
const round = z.number().int().nonnegative();
/** When the next step is due; null: none is. */
const dueAtMs = ms.nullable();

/** Events of stream `incident-escalation-<incidentId>`: who is called for an incident, level by level, until somebody takes it on. */
export const escalationEvents = {
  /** The policy is as it was at this moment, for the incident's whole life. */
  EscalationStarted: z.object({ incidentId: id, policy: policySchema, level, because: why, dueAtMs, at }),
  /** Nobody answered in time: the next level is called, or the first one once more. */
  EscalationAdvanced: z.object({ incidentId: id, level, round, because: why, dueAtMs, at }),
  /** It became worse: a higher level is called at once. */
  EscalationRaised: z.object({ incidentId: id, level, round, because: why, dueAtMs, at }),
  /** Somebody took it on, or put it off: nobody is called until then; null: until it is over. */
  EscalationPaused: z.object({ incidentId: id, state: z.enum(['acknowledged', 'snoozed']), by, untilMs: dueAtMs, at }),
  /** The time of whoever took it on, or put it off, is over, and the incident is not: the level is called once more. */
  EscalationResumed: z.object({ incidentId: id, level, round, because: why, dueAtMs, at }),
  /** All levels were called as often as the policy says, and nobody answered. */
  EscalationExhausted: z.object({ incidentId: id, because: why, at }),
  /** Nobody further is called for the incident. */
  EscalationEnded: z.object({ incidentId: id, because: why, at }),
} as const;

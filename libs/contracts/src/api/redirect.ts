import { z } from 'zod';
import { commandSchema, signedCommandSchema } from '../command.js';
import { eventSchemas } from '../event.js';
import { reasonSchema } from '../events/event-parts.js';
import { FALLBACK_PROVIDERS } from '../events/fallback-events.js';
import { count, moment } from './answer.js';
import { railRefusalShape } from './rollback.js';

const decided = eventSchemas.RedirectDecided.shape;

/** Traffic of a PoP or region that goes to its siblings. */
export const redirectShape = z
  .object({
    redirectId: z.string(),
    incidentId: z.string(),
    alertId: z.string(),
    status: z.enum(['refused', 'decided', 'draining', 'drained', 'verified', 'resuming', 'stopped', 'ended']),
    scope: decided.scope.nullable(),
    key: z.string().nullable(),
    nodes: z.array(z.string()),
    siblings: z.array(z.string()),
    trigger: reasonSchema.nullable(),
    rails: decided.rails,
    refusals: z.array(railRefusalShape),
    commands: z.array(eventSchemas.RedirectCommanded.omit({ redirectId: true })),
    answers: z.array(
      z.object({ action: z.enum(['drain', 'resume']), nodeId: z.string(), status: z.string(), answeredAt: moment }),
    ),
    because: z.string().nullable(),
    decidedAt: moment,
    changedAt: moment,
    endedAt: moment.nullable(),
  })
  .meta({ id: 'Redirect' });

/** Another DNS provider for one customer, as far as it was asked for. */
export const fallbackShape = z
  .object({
    fallbackId: z.string(),
    incidentId: z.string(),
    customerId: z.string(),
    provider: z.enum(FALLBACK_PROVIDERS),
    status: z.enum(['decided', 'running', 'stopped', 'ended']),
    isDryRun: z.boolean(),
    commands: z.array(eventSchemas.FallbackCommanded.omit({ fallbackId: true })),
    answers: z.array(eventSchemas.FallbackAnswered.omit({ fallbackId: true })),
    because: z.string(),
    decidedAt: moment,
    changedAt: moment,
    endedAt: moment.nullable(),
  })
  .meta({ id: 'Fallback' });

/** The breaker of a service: after failures in a row no node of it is updated. */
export const breakerShape = z
  .object({
    service: z.string(),
    status: z.enum(['closed', 'open', 'half_open']),
    because: z.string().nullable(),
    failures: count.nullable(),
    updates: count.nullable(),
    healthy: count,
    unhealthy: count,
    changedAt: moment,
    running: z.array(z.object({ updateId: z.string(), rolloutId: z.string(), nodeId: z.string(), beganAt: moment })),
  })
  .meta({ id: 'Breaker' });

/** A command to the fleet; it counts once it is signed. */
export const commandShape = z
  .object({
    commandId: z.string(),
    rollbackId: z.string().nullable(),
    redirectId: z.string().nullable(),
    rolloutId: z.string().nullable(),
    fallbackId: z.string().nullable(),
    wave: count,
    generation: count,
    status: z.enum(['issued', 'signed', 'refused']),
    command: commandSchema,
    signed: signedCommandSchema.nullable(),
    refusal: z.string().nullable(),
    issuedAt: moment,
    expiresAt: moment,
  })
  .meta({ id: 'Command' });

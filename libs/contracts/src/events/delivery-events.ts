import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { at, id } from './event-parts.js';

/** Events of stream `delivery-<deliveryId>`. */
export const deliveryEvents = {
  DeliveryRequested: z.object({
    deliveryId: id,
    /** The stream that caused it and what is to be said. */
    subject: z.enum(['page', 'command', 'notice', 'rollout']),
    /**
     * `update` tells an open page's receiver that it became much worse; `escalate` calls somebody above it, by a key of its own;
     * `request` asks for what Tocsin does not do itself. `notice` tells a customer.
     * The last five tell a deploy tool of a rollout.
     */
    action: z.enum([
      'trigger',
      'update',
      'acknowledge',
      'resolve',
      'escalate',
      'request',
      'command',
      'notice',
      'gate_decided',
      'stage_promoted',
      'rollout_halted',
      'rollout_completed',
      'rolled_back',
    ]),
    channel: nameSchema,
    /** Incident id, with whom it is escalated to or which customer is told behind it, command id, or the stream of a rollout: the receiver folds duplicates by it; deliveries of one key keep their order. */
    dedupKey: id,
    body: z.record(z.string(), z.unknown()),
    at,
  }),
  DeliveryAttempted: z.object({
    deliveryId: id,
    attempt: z.number().int().positive(),
    outcome: z.enum(['delivered', 'retry', 'gave_up']),
    status: z.number().int().nullable(),
    detail: z.string().max(500),
    /** When the next attempt is due; null when there is none. */
    dueAtMs: z.number().int().nullable(),
    at,
  }),
} as const;

import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { at, by, id } from './event-parts.js';

/** Events of stream `delivery-<deliveryId>`. */
export const deliveryEvents = {
  /** A page, update or notice is to go out through a channel. */
  DeliveryRequested: z.object({
    deliveryId: id,
    /** The stream that caused it and what is to be said. */
    subject: z.enum(['page', 'command', 'notice', 'rollout', 'status', 'change']),
    /**
     * `update` tells an open page's receiver that it became much worse; `escalate` calls somebody above it, by a key of its own;
     * `request` asks for what Tocsin does not do itself. `notice` tells a customer.
     * The five before the last two tell a deploy tool of a rollout. `status_update` tells the public; `change` tells a pager of a
     * deployment or a rollback, which wakes nobody.
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
      'status_update',
      'change',
    ]),
    channel: nameSchema,
    /** Which of the channel's receivers; absent: the one that it reaches by itself. */
    address: z.string().min(1).max(320).optional(),
    /** Who is reached by it, for the record. */
    person: nameSchema.optional(),
    /** Goes before what is not, where the channel's pace makes some of it wait. */
    isUrgent: z.boolean().optional(),
    /** The delivery in whose place it goes, through another channel. */
    insteadOf: id.optional(),
    /** Incident id, with whom it is escalated to or which customer is told behind it, command id, or the stream of a rollout: the receiver folds duplicates by it; deliveries of one key keep their order. */
    dedupKey: id,
    body: z.record(z.string(), z.unknown()),
    at,
  }),
  /** It was tried, and what the receiver answered. */
  DeliveryAttempted: z.object({
    deliveryId: id,
    attempt: z.number().int().positive(),
    outcome: z.enum(['delivered', 'retry', 'gave_up']),
    status: z.number().int().nullable(),
    detail: z.string().max(500),
    /** Its answer was lost: it may have arrived. */
    isLost: z.boolean().optional(),
    /** The receiver may have got it, and cannot tell a repetition from another page. */
    isUnknown: z.boolean().optional(),
    /** What the receiver calls it, where it says. */
    receiverId: z.string().max(200).optional(),
    /** When the next attempt is due; null when there is none. */
    dueAtMs: z.number().int().nullable(),
    at,
  }),
  /** It is not sent: a newer one of its key says what it would have said, or its subject is over. */
  DeliverySuperseded: z.object({ deliveryId: id, because: z.string().max(500), at }),
  /** It took too long, or was given up: the same leaves through another channel, and this one is tried on while it may be. */
  DeliveryFellOver: z.object({ deliveryId: id, toChannel: nameSchema, because: z.string().max(500), at }),
  /** Somebody has one that was given up sent again. */
  DeliveryRetried: z.object({ deliveryId: id, by, at }),
} as const;

/** Events of stream `channel-<channel>`. */
export const channelEvents = {
  /** Its receiver wants nothing more (410 of a webhook), or refuses whatever is sent: nothing is sent until somebody says so. */
  ChannelDisabled: z.object({ channel: nameSchema, because: z.string().max(500), at }),
  /** A channel that was disabled is tried again. */
  ChannelEnabled: z.object({ channel: nameSchema, by, at }),
} as const;

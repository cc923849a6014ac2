import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../problem.js';
import { eventSchemas } from '../event.js';
import { count, moment } from './answer.js';

const { DeliveryRequested, DeliveryAttempted, DeliveryFellOver, DeliveryRetried } = eventSchemas;
const { subject, action, channel, dedupKey, body } = DeliveryRequested.shape;
const status = z.enum(['due', 'delivered', 'gave_up', 'superseded']);

/** A delivery as a list has it. Addresses that are secrets are cut. */
export const listedDeliveryShape = z
  .object({
    deliveryId: z.string(),
    subject,
    action,
    channel,
    dedupKey,
    body: body.optional(),
    address: z.string().nullable(),
    person: z.string().nullable(),
    isUrgent: z.boolean(),
    insteadOf: z.string().nullable(),
    status,
    attempts: count,
    dueAt: moment.nullable(),
    lastStatus: z.number().int().nullable(),
    lastDetail: z.string().nullable(),
    isUnknown: z.boolean(),
    fellOverTo: z.string().nullable(),
    requestedAt: moment,
    finishedAt: moment.nullable(),
  })
  .meta({ id: 'ListedDelivery' });

/** A delivery with every attempt. */
export const deliveryShape = DeliveryRequested.extend({
  address: z.string().nullable(),
  status,
  attempts: z.array(DeliveryAttempted),
  fellOver: z.array(DeliveryFellOver),
  retries: z.array(DeliveryRetried),
  dueAtMs: moment.optional(),
  finishedAtMs: moment.optional(),
  at: moment,
  because: z.string().optional(),
}).meta({ id: 'Delivery' });

/** A channel, what waits for it, and each receiver behind it. */
export const channelShape = z
  .object({
    name: z.string(),
    subject: z.string(),
    disabledBecause: z.string().nullable(),
    disabledAt: moment.nullable(),
    pending: count,
    oldestPendingAt: moment.nullable(),
    receivers: z.array(
      z.object({
        address: z.string().nullable(),
        breaker: z.enum(['closed', 'open', 'half_open']),
        failures: count,
        heldUntil: moment.nullable(),
        tokens: z.number().nullable(),
        urgentTokens: z.number().nullable(),
        lastDeliveredAt: moment.nullable(),
        lastFailedAt: moment.nullable(),
      }),
    ),
  })
  .meta({ id: 'Channel' });

/** The key under which the test page and its end are found among the deliveries. */
export const channelTestAnswer = z.object({ dedupKey: z.string() });

const reason = z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]);

/** What could not be read, the newest first, and how much of it there was for each reason. */
export const deadLettersAnswer = z.object({
  deadLetters: z.array(
    z.object({
      topic: z.string(),
      partition: count,
      offset: count,
      key: z.string().nullable(),
      reason,
      detail: z.string(),
      rawBytes: count,
      appendedAtMs: moment,
    }),
  ),
  totals: z.array(z.object({ reason, records: count })),
  next: z.string().nullable().optional(),
});

/** A fire drill: a page that is asked for, and how long each hop of it took. */
export const drillShape = z
  .object({
    drillId: z.string(),
    status: z.enum(['requested', 'signalled', 'fired', 'passed', 'failed']),
    requestedBy: z.string(),
    channel: z.string().nullable(),
    deadlineAt: moment,
    requestedAt: moment,
    signalledAt: moment.nullable(),
    firedAt: moment.nullable(),
    finishedAt: moment.nullable(),
    hops: z.record(z.string(), z.number()).nullable(),
    missed: z.string().nullable(),
    because: z.string().nullable(),
  })
  .meta({ id: 'Drill' });

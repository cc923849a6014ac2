import { z } from 'zod';
import { at, id } from './events/event-parts.js';
import { nameSchema } from './node-report.js';

/**
 * Records of `pages.urgent`: a page that rules decided and cannot record, and what became of it, so that whoever takes the topic over
 * does not tell a receiver without keys twice.
 */
export const urgentRecordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('page'),
    /** The id of the incident, and the same after the recovery. */
    dedupKey: id,
    body: z.record(z.string(), z.unknown()),
    at,
  }),
  z.object({
    kind: z.literal('sent'),
    spoolId: id,
    channel: nameSchema,
    dedupKey: id,
    outcome: z.enum(['delivered', 'gave_up']),
    status: z.number().int().nullable().optional(),
    detail: z.string().max(500).optional(),
    /** What the receiver calls it, where it says. */
    receiverId: z.string().max(200).optional(),
    /** The receiver may have got it more than once, or not at all. */
    isUnknown: z.boolean().optional(),
    at,
  }),
]);

/** A record of `pages.urgent`. */
export type UrgentRecord = z.infer<typeof urgentRecordSchema>;
/** A page that cannot wait for the database. */
export type UrgentPage = Extract<UrgentRecord, { kind: 'page' }>;

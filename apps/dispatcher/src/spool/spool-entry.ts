import { createHash } from 'node:crypto';
import { z } from 'zod';

/** A page on its way through one channel. */
const pageSchema = z.object({
  /** Of channel, key and action: the same whoever sends it, and after a restart. */
  spoolId: z.string().min(1).max(64),
  channel: z.string(),
  dedupKey: z.string(),
  action: z.enum(['trigger', 'resolve']),
  body: z.record(z.string(), z.unknown()),
  spooledAtMs: z.number(),
});

/** How often it may have arrived without an answer so far. */
const doubts = z.number().int().nonnegative();

/** What one record of the spool says. */
export const spoolEntrySchema = z.discriminatedUnion('kind', [
  /** Written before it is sent: without a result it is sent again after a restart. */
  z.object({ kind: z.literal('page'), page: pageSchema }),
  /** An attempt begins at a receiver that cannot tell a repetition: without a result behind it, it may have arrived. */
  z.object({
    kind: z.literal('started'),
    spoolId: z.string(),
    attempt: z.number().int().positive(),
    doubts,
    atMs: z.number(),
  }),
  z.object({
    kind: z.literal('result'),
    spoolId: z.string(),
    attempt: z.number().int().positive(),
    outcome: z.enum(['delivered', 'retry', 'gave_up']),
    status: z.number().int().nullable(),
    detail: z.string(),
    /** Absent: none. */
    doubts: doubts.optional(),
    /** What the receiver calls it, where it says. */
    receiverId: z.string().optional(),
    /** When the next attempt is due; absent: at once. */
    dueAtMs: z.number().optional(),
    atMs: z.number(),
  }),
  /** Nothing more is to be done for it here: it was recorded, another dispatcher sent it, or its delivery goes on by itself. */
  z.object({
    kind: z.literal('closed'),
    spoolId: z.string(),
    because: z.enum(['recorded', 'sent elsewhere', 'handed over']),
    /** Whether the receiver has it. */
    isDelivered: z.boolean(),
    atMs: z.number(),
  }),
]);

/** What one record of the spool says. */
export type SpoolEntry = z.infer<typeof spoolEntrySchema>;
/** A page on its way through one channel. */
export type SpooledPage = z.infer<typeof pageSchema>;
/** What came of one attempt. */
export type SpoolResult = Extract<SpoolEntry, { kind: 'result' }>;
/** Why nothing more is to be done for a page. */
export type ClosedBecause = Extract<SpoolEntry, { kind: 'closed' }>['because'];

/** The page that an entry is about. */
export const subjectOf = (entry: SpoolEntry): string => (entry.kind === 'page' ? entry.page.spoolId : entry.spoolId);

/** The id of a page in a spool. */
export const spoolIdOf = ({
  channel,
  dedupKey,
  action,
}: Pick<SpooledPage, 'channel' | 'dedupKey' | 'action'>): string =>
  createHash('sha256')
    .update(JSON.stringify([channel, dedupKey, action]))
    .digest('hex')
    .slice(0, 32);

import { z } from 'zod';
import { auditSchema } from '../audit.js';

const ofAct = {
  /** Place in the global order. */
  position: z.number(),
  stream: z.string(),
  /** Version within the stream, from 1. */
  version: z.number(),
  type: z.string(),
  actor: z.string(),
  /** What was done: `halt rollout ro1`. */
  cause: z.string(),
  recordedAt: z.number(),
};

/** An act through a door, in the list of acts. */
export const auditedActShape = z
  .object({
    ...ofAct,
    /** SHA-256, hex: its link in the chain of its stream. */
    hash: z.string(),
    audit: auditSchema,
  })
  .meta({ id: 'AuditedAct' });

const leaf = z.union([z.string(), z.number(), z.boolean()]).nullable();

/** An act, what it changed, and its links in the chain. */
export const shownActShape = z
  .object({
    ...ofAct,
    /** null: nobody acted through a door, it followed from something else. */
    audit: auditSchema.nullable(),
    data: z.record(z.string(), z.unknown()),
    chain: z.object({ previous: z.string().nullable(), hash: z.string() }),
    /** Field by field, by path; null: there was nothing, or is nothing any more. */
    changes: z.array(z.object({ field: z.string(), before: leaf, after: leaf })),
    /** More was changed than is told. */
    isCut: z.boolean(),
  })
  .meta({ id: 'ShownAct' });

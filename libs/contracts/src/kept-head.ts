import { z } from 'zod';

/**
 * How far the events went, and the digest over the hashes of all of them up to there. Kept where whoever may rewrite the database cannot, it
 * tells that nothing before it was rewritten: appended to `audit-anchor`, and sent with the dead-man's word.
 */
export const keptHeadSchema = z.object({
  position: z.number().int().nonnegative(),
  /** SHA-256, hex. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

/** How far the events went, and the digest over all of them up to there. */
export type KeptHead = Readonly<z.infer<typeof keptHeadSchema>>;

/** A head as the topic holds it: who goes on from there knows the event at its position again. Heads of before had no hash. */
export const followedHeadSchema = keptHeadSchema.extend({
  /** SHA-256, hex: of the event at the position, its link in the chain of its stream. */
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

/** How far the events were followed, and the hash of the last of them, where it is known. */
export type FollowedHead = Readonly<z.infer<typeof followedHeadSchema>>;

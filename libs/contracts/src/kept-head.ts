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

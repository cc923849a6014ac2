import { z } from 'zod';

/**
 * Through which door somebody acted. `cli` is what the client says of itself; `link`, `slack` and `pagerduty` are answers to a page.
 */
export const AUDIT_DOORS = ['rest', 'graphql', 'cli', 'link', 'slack', 'pagerduty'] as const;

/** What is known of an act beside its actor; of what Tocsin does by itself there is none. Kept in the event's chain. */
export const auditSchema = z.object({
  /** Why, in the words of whoever acted. */
  reason: z.string().optional(),
  /** Who, by an id that stays when a name changes: `key:k1`. */
  subject: z.string(),
  /** The API key that was shown, or the door where none was. */
  keyId: z.string(),
  /** The request, as its answer and the logs name it. */
  requestId: z.string().optional(),
  via: z.enum(AUDIT_DOORS),
});

/** What is known of an act beside its actor. */
export type Audit = Readonly<z.infer<typeof auditSchema>>;

import { z } from 'zod';

/** Revenue class of a customer. */
export const TIERS = ['tier1', 'tier2', 'tier3'] as const;
/** Revenue class of a customer. */
export type Tier = (typeof TIERS)[number];

/** Who is hurt now, and what it costs. */
export const impactSchema = z.object({
  /** Customers whose own failure ratio is above its threshold with confidence. */
  affectedCustomers: z.number().int().nonnegative(),
  byTier: z.object({ tier1: z.number().int(), tier2: z.number().int(), tier3: z.number().int() }),
  /** Sum of tier weights over affected customers: tier1 100, tier2 10, tier3 1. */
  score: z.number().nonnegative(),
  /** Sum of tier money over affected customers: 50,000, 5,000 and 500 dollars a minute; beside the score, never in it. */
  dollarsPerMinute: z.number().nonnegative(),
  /** The worst hurt, critical customers first, then by money; at most 20. */
  top: z
    .array(z.object({ customerId: z.string(), name: z.string(), tier: z.enum(TIERS), failing: z.number() }))
    .max(20),
});

/** Who is hurt now, and what it costs. */
export type Impact = z.infer<typeof impactSchema>;

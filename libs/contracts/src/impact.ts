import { z } from 'zod';

/** Revenue class of a customer. */
export const TIERS = ['tier1', 'tier2', 'tier3'] as const;
/** Revenue class of a customer. */
export type Tier = (typeof TIERS)[number];

/** Most parts of one breakdown: a fleet has some ten regions, a catalogue some ten sectors. The least costly beyond are left out. */
export const IMPACT_PARTS_MAX = 50;

const impactPartSchema = z.object({
  key: z.string().max(256),
  affectedCustomers: z.number().int().nonnegative(),
  dollarsPerMinute: z.number().nonnegative(),
});
/** What customers of one region or sector lose. */
export type ImpactPart = z.infer<typeof impactPartSchema>;

/** Of what customers are counted one by one; a PoP or a node has no counts per customer. */
export const COVERED_SCOPES = ['fleet', 'region', 'release', 'release_region', 'customer'] as const;
/** Subjects of one impact at most: what is about more is told for the fleet. */
export const COVERED_MAX = 50;

const coveredSchema = z.object({ scope: z.enum(COVERED_SCOPES), key: z.string().max(256) });
/** Something whose customers an impact counts. */
export type Covered = z.infer<typeof coveredSchema>;

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
  /** Lost since the incident opened, until this was told: what was told before, each for as long as it stood. */
  cumulativeDollars: z.number().nonnegative().optional(),
  /**
   * Whose customers were counted, each once: what the incident is about, or the fleet where that has no counts per customer.
   * Absent: the fleet, of an incident about the fleet, and of all that were told before this was. None: of what another system says.
   */
  covers: z.array(coveredSchema).max(COVERED_MAX).optional(),
  /** By region of the fleet; a customer that is hurt in two counts in both. The costliest first: the order of recovery. */
  byRegion: z.array(impactPartSchema).max(IMPACT_PARTS_MAX).optional(),
  /** By sector of the customers that have one, the costliest first. */
  bySector: z.array(impactPartSchema).max(IMPACT_PARTS_MAX).optional(),
});

/** Who is hurt now, and what it costs. */
export type Impact = z.infer<typeof impactSchema>;

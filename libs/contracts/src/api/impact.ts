import { z } from 'zod';
import { COVERED_SCOPES, impactSchema, TIERS } from '../impact.js';
import { count, moment } from './answer.js';

const byTier = z.object({ tier1: count, tier2: count, tier3: count });
const dollars = z.number().nonnegative();

const hurt = {
  customerId: z.string(),
  name: z.string(),
  tier: z.enum(TIERS),
  critical: z.boolean(),
  failing: z.number().min(0).max(1),
  dollarsPerMinute: dollars,
};

/** Whom an incident hurts: from the windows while they are kept, from its own record afterwards. */
export const affectedCustomersAnswer = z.object({
  incidentId: z.string(),
  source: z.enum(['windows', 'incident']),
  asOf: moment.nullable(),
  covers: z.array(z.object({ scope: z.enum(COVERED_SCOPES), key: z.string() })),
  affectedCustomers: count,
  score: z.number(),
  dollarsPerMinute: dollars,
  customers: z.array(z.object(hurt)),
  impact: impactSchema,
  peakImpact: impactSchema,
});

/** Whom it hurt within a time, critical customers first. */
export const affectedSinceAnswer = z.object({
  from: moment,
  to: moment,
  affectedCustomers: count,
  byTier,
  dollarsPerMinute: dollars,
  customers: z.array(
    z.object({
      ...hurt,
      domains: count,
      sector: z.string().nullable(),
      minutes: z.number(),
      firstAt: moment,
      lastAt: moment,
    }),
  ),
});

const place = z.object({
  place: z.string(),
  affectedCustomers: count,
  dollarsPerMinute: dollars,
  sites: count,
  sitesPercent: z.number(),
});
const sector = z.object({ key: z.string(), affectedCustomers: count, dollarsPerMinute: dollars });
const region = z.object({
  order: count,
  region: z.string(),
  failing: z.number().nullable(),
  affectedCustomers: count,
  dollarsPerMinute: dollars,
});

/** Whom it hurts now, and where; regions in the order in which they should be brought back. */
export const impactAnswer = z.object({
  asOf: moment,
  affectedCustomers: count,
  byTier,
  score: z.number(),
  dollarsPerMinute: dollars,
  regions: z.array(region),
  sectors: z.array(sector),
  countries: z.array(place),
  worldRegions: z.array(place),
});

const line = z.object({
  text: z.string(),
  factors: z.array(z.object({ name: z.string(), value: z.number() })),
  dollars: z.number().nullable(),
  once: z.boolean(),
});
const table = z.object({ section: z.string(), lines: z.array(line), dollars: z.number().nullable() });

/** What an incident costs: counted from its impact, and estimated by the cost model. */
export const incidentCostShape = z
  .object({
    incidentId: z.string(),
    from: moment,
    until: moment,
    isOver: z.boolean(),
    minutes: z.number(),
    dollarsPerMinute: dollars,
    peakDollarsPerMinute: dollars,
    cumulativeDollars: dollars,
    tiers: z.array(z.object({ tier: z.enum(TIERS), affectedCustomers: count, dollarsEach: dollars })),
    estimate: z.object({
      sections: z.array(table),
      prevention: table
        .extend({
          recurringDollars: z.number(),
          grossPercent: z.number().nullable(),
          netPercent: z.number().nullable(),
        })
        .nullable(),
    }),
  })
  .meta({ id: 'IncidentCost' });

import { z } from 'zod';
import { TIERS } from './impact.js';
import { nameSchema } from './node-report.js';

/** Two letters of ISO 3166-1; whether a country has them is the domain's to say. */
export const countryCodeSchema = z
  .string()
  .regex(/^[A-Z]{2}$/, 'expected a country as ISO 3166-1 writes it: US, GB, JP');

/** Whom the fleet serves. What came later is optional: registrations of before stay readable. */
export const customerSchema = z.object({
  customerId: nameSchema,
  name: z.string().min(1).max(200),
  tier: z.enum(TIERS),
  /** Emergency services and governments: first in every list; no effect on the score. */
  critical: z.boolean(),
  zones: z.array(z.string().min(1).max(255)).max(1_000),
  /** The line of business that costs are counted by. */
  sector: nameSchema.optional(),
  /** Where it does business; the first is its home. There are 249 countries. */
  countries: z.array(countryCodeSchema).max(249).optional(),
  /** How many sites stand behind it, where that is known. */
  sites: z.number().int().nonnegative().max(1_000_000_000).optional(),
});

/** Whom the fleet serves. */
export type Customer = z.infer<typeof customerSchema>;

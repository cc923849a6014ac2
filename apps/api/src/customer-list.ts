import { z } from 'zod';
import { countryCodeSchema, nameSchema, TIERS } from '#contracts';
import type { CustomerRow } from '#store';
import { LIST_DEFAULT } from './list-query.js';

/** Customers of one answer at most, as many as one registration takes. */
const CUSTOMERS_MAX = 1_000;

/** Which customers; `after` is the last one of the page before. */
export const customerQuery = z.object({
  tier: z.enum(TIERS).optional(),
  sector: nameSchema.optional(),
  country: countryCodeSchema.optional(),
  after: nameSchema.optional(),
  limit: z.coerce.number().int().min(1).max(CUSTOMERS_MAX).default(LIST_DEFAULT),
});

/** Whether a registration is only tried. */
export const registrationQuery = z.object({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});

/** A page of customers. */
export interface CustomerPage {
  /** By id, as they are registered. */
  readonly customers: readonly CustomerRow[];
  /** How many there are on all pages. */
  readonly total: number;
}

/** The customers that are asked for, a page of them. */
export const selectedCustomers = (
  customers: readonly CustomerRow[],
  { tier, sector, country, after, limit }: z.output<typeof customerQuery>,
): CustomerPage => {
  const selected = customers.filter(
    (each) =>
      (tier === undefined || each.tier === tier) &&
      (sector === undefined || each.sector === sector) &&
      (country === undefined || each.countries?.includes(country) === true),
  );
  const rest = after === undefined ? selected : selected.filter(({ customerId }) => customerId > after);
  return {
    customers: rest.toSorted((a, b) => (a.customerId < b.customerId ? -1 : 1)).slice(0, limit),
    total: selected.length,
  };
};

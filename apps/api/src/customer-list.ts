import { z } from 'zod';
import { countryCodeSchema, CURSOR_CHARS_MAX, isRefusal, nameSchema, type Page, type Refusal, TIERS } from '#contracts';
import { type Catalogue, compareRows, type CustomerRow, type Order, pageOfSorted } from '#store';
import { LIST_DEFAULT } from './list-query.js';

/** Customers of one answer at most, as many as one registration takes. */
const CUSTOMERS_MAX = 1_000;

/** Which customers; `after` is the `next` of the page before. */
export const customerQuery = z.object({
  tier: z.enum(TIERS).optional(),
  sector: nameSchema.optional(),
  country: countryCodeSchema.optional(),
  after: z.string().max(CURSOR_CHARS_MAX).optional(),
  limit: z.coerce.number().int().min(1).max(CUSTOMERS_MAX).default(LIST_DEFAULT),
});

/** Whether a registration is only tried. */
export const registrationQuery = z.object({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});

/** A page of customers, critical ones first, then by id; and how many there are on all pages. */
export interface CustomerPage extends Page<CustomerRow> {
  readonly total: number;
}

/** Critical customers first (R11), each group by id. */
const CRITICAL_FIRST: Order<CustomerRow> = {
  list: 'customers',
  columns: [
    { sql: 'critical', kind: 'boolean', isDescending: true, of: (row) => row.critical },
    { sql: 'customer_id', kind: 'text', of: (row) => row.customerId },
  ],
};

/** The customers that are asked for, a page of them. They are put in order once for each version of the catalogue, not for each reader. */
export const createCustomerList = (catalogue: { readonly current: () => Pick<Catalogue, 'customers'> }) => {
  let known: readonly CustomerRow[] = [];
  let sorted: readonly CustomerRow[] = [];
  const inOrder = (): readonly CustomerRow[] => {
    const { customers } = catalogue.current();
    if (customers !== known) [known, sorted] = [customers, customers.toSorted(compareRows(CRITICAL_FIRST))];
    return sorted;
  };
  return ({ tier, sector, country, ...ask }: z.output<typeof customerQuery>): CustomerPage | Refusal => {
    const selected =
      tier === undefined && sector === undefined && country === undefined
        ? inOrder()
        : inOrder().filter(
            (each) =>
              (tier === undefined || each.tier === tier) &&
              (sector === undefined || each.sector === sector) &&
              (country === undefined || each.countries?.includes(country) === true),
          );
    const page = pageOfSorted(CRITICAL_FIRST, selected, ask);
    return isRefusal(page) ? page : { ...page, total: selected.length };
  };
};

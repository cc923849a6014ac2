import type { Affected, CustomerRow, ToldAnswer } from './customers-document.js';

/** What a customer was told last: when, and whether the message arrived. */
export interface Told {
  readonly at: string;
  readonly status: 'delivered' | 'due' | 'gave_up' | 'superseded' | 'published';
}

/** A customer with what it suffered in a time, and what it was told. */
export interface CustomerShown extends CustomerRow {
  readonly hurt: Affected['customers'][number] | undefined;
  readonly told: Told | undefined;
}

/** What is looked for, as the address has it. */
export interface CustomerFilter {
  readonly find?: string;
  readonly tier?: string;
  readonly sector?: string;
  /** `yes`: those that were hurt. */
  readonly hurt?: string;
}

/** The last message to each customer: a notice of its own (its key ends in the customer's id), or an update that names it. */
export const toldOf = ({ deliveries, statusUpdates }: ToldAnswer): ReadonlyMap<string, Told> => {
  const told = new Map<string, Told>();
  const tell = (customerId: string, each: Told) => {
    const before = told.get(customerId);
    if (before === undefined || before.at < each.at) told.set(customerId, each);
  };
  for (const { customers, publishedAt } of statusUpdates.nodes)
    for (const { customerId } of customers)
      if (publishedAt !== null) tell(customerId, { at: publishedAt, status: 'published' });
  for (const { dedupKey, status, requestedAt, finishedAt } of deliveries.nodes)
    tell(dedupKey.slice(dedupKey.indexOf(':') + 1), { at: finishedAt ?? requestedAt, status });
  return told;
};

/** Customers with what they suffered. */
export const customersShown = (
  customers: readonly CustomerRow[],
  affected: Affected | undefined,
  told: ReadonlyMap<string, Told>,
): readonly CustomerShown[] => {
  const hurt = new Map(affected?.customers.map((each) => [each.customerId, each]));
  const shown = customers.map((customer) => ({
    ...customer,
    hurt: hurt.get(customer.customerId),
    told: told.get(customer.customerId),
  }));
  if (hurt.size === 0) return shown;
  // As the API orders them: who is hurt first, critical ones and money before others.
  const orders = new Map([...hurt.keys()].map((customerId, order) => [customerId, order]));
  const orderOf = ({ customerId }: CustomerShown): number => orders.get(customerId) ?? orders.size;
  return shown.toSorted((one, other) => orderOf(one) - orderOf(other));
};

/** Those that are looked for. */
export const filtered = (
  customers: readonly CustomerShown[],
  { find, tier, sector, hurt }: CustomerFilter,
): readonly CustomerShown[] => {
  const letters = find?.toLowerCase();
  return customers.filter(
    (each) =>
      (letters === undefined ||
        each.name.toLowerCase().includes(letters) ||
        each.customerId.toLowerCase().includes(letters)) &&
      (tier === undefined || each.tier === tier) &&
      (sector === undefined || each.sector === sector) &&
      (hurt === undefined || (each.hurt !== undefined) === (hurt === 'yes')),
  );
};

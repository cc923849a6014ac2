import { event, type EventOf, STATUS_CUSTOMERS_LISTED_MAX, STATUS_CUSTOMERS_MAX } from '#contracts';
import type { StatusFacts } from './status-facts.js';
import { type StatusUpdates, type ToldCustomer, unitedCustomers } from './status-update.js';

/**
 * Customers that are listed of one incident: twice the largest fleet that is measured. Who comes after is not listed; the update says how
 * many are hurt.
 */
const LISTED_MAX = 20_000;

/** Who is told by an update. */
export interface StatusAudience {
  /** Those that it names: who is hurt now first, then who was told before. */
  readonly customers: readonly ToldCustomer[];
  /** The most that were hurt at once, or all that are told where these are more. */
  readonly affectedCustomers: number;
  /** Who is listed with it, being told for the first time; nobody while all can be named. */
  readonly listed: readonly ToldCustomer[];
}

/** Everybody that is hurt now, as measured, and everybody that was told before: they read as well how it ended. */
export const statusAudienceOf = (
  updates: StatusUpdates,
  facts: Pick<StatusFacts, 'customers' | 'affectedCustomers'>,
  hurt: readonly ToldCustomer[],
): StatusAudience => {
  const all = new Map(
    [...facts.customers, ...hurt, ...updates.toldCustomers].map(({ customerId, name }) => [customerId, name]),
  );
  const unlisted = [...all]
    .filter(([customerId]) => !updates.listed.has(customerId))
    .map(([customerId, name]) => ({ customerId, name }));
  const everybody = updates.listed.size + unlisted.length;
  return {
    customers: unitedCustomers(updates.toldCustomers, facts.customers),
    affectedCustomers: Math.max(updates.toldMost, facts.affectedCustomers, everybody),
    listed: everybody > STATUS_CUSTOMERS_MAX ? unlisted.slice(0, Math.max(0, LISTED_MAX - updates.listed.size)) : [],
  };
};

/** The events that list them. */
export const listingOf = (
  listed: readonly ToldCustomer[],
  { incidentId, n, at }: { readonly incidentId: string; readonly n: number; readonly at: number },
): readonly EventOf<'StatusCustomersListed'>[] =>
  Array.from({ length: Math.ceil(listed.length / STATUS_CUSTOMERS_LISTED_MAX) }, (_, page) => {
    const from = page * STATUS_CUSTOMERS_LISTED_MAX;
    const customers = listed.slice(from, from + STATUS_CUSTOMERS_LISTED_MAX);
    return event('StatusCustomersListed', { incidentId, n, customers, at });
  });

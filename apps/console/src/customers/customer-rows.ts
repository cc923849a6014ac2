import type { Affected, CustomerRow, ToldAnswer } from './customers-document.js';

/** What a customer was told last: when, and whether the message arrived. */
export interface Told {
  readonly at: string;
  readonly status: 'delivered' | 'due' | 'gave_up' | 'superseded' | 'published';
  /** Whether it is one message that says how many are hurt, which whoever sends it on tells to each. */
  readonly isOfAll?: boolean;
}

/** Whether a customer was hurt in a time; of those beyond the gravest that are named it is not known. */
export type IsHurt = 'yes' | 'no' | 'not known';

/** A customer with what it suffered in a time, and what it was told. */
export interface CustomerShown extends CustomerRow {
  readonly isHurt: IsHurt;
  readonly hurt: Affected['customers'][number] | undefined;
  /** The last message since it was hurt; of one that was not hurt the last of all. */
  readonly told: Told | undefined;
  /** Whether it is known at all what anybody was told. */
  readonly isToldKnown: boolean;
  /** The last message, where that was before it was hurt. */
  readonly toldBefore: Told | undefined;
}

/** What is looked for, as the address has it. */
export interface CustomerFilter {
  readonly find?: string;
  readonly tier?: string;
  readonly sector?: string;
  /** `yes`: those that were hurt; `no`: those that were not; `unknown`: those of whom it is not known. */
  readonly hurt?: string;
}

/** The last message to each customer, and the last one to all that are hurt. */
export interface ToldCustomers {
  readonly each: ReadonlyMap<string, Told>;
  readonly all: Told | undefined;
}

/** With more hurt than are named an update is one message under this name, in place of one to each. */
const ALL = 'customers';

/** The last message to each customer: a notice of its own (its key ends in the customer's id), or an update that names it. */
export const toldOf = ({ deliveries, statusUpdates }: ToldAnswer): ToldCustomers => {
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
  const all = told.get(ALL);
  told.delete(ALL);
  return { each: told, all: all && { ...all, isOfAll: true } };
};

const newer = (one: Told | undefined, other: Told | undefined): Told | undefined =>
  one === undefined || (other !== undefined && other.at > one.at) ? other : one;

/** What it was told since it was hurt, and what before that: a message of last month says nothing of this outage. */
const tellings = (
  hurt: CustomerShown['hurt'],
  own: Told | undefined,
  all: Told | undefined,
): Pick<CustomerShown, 'told' | 'toldBefore'> => {
  if (hurt === undefined) return { told: own, toldBefore: undefined };
  const last = newer(own, all);
  const isSince = last !== undefined && last.at >= hurt.firstAt;
  return isSince ? { told: last, toldBefore: undefined } : { told: undefined, toldBefore: own };
};

/** Customers with what they suffered; `affected` is undefined while it is not known, and so is `told`. */
export const customersShown = (
  customers: readonly CustomerRow[],
  affected: Affected | undefined,
  told: ToldCustomers | undefined,
): readonly CustomerShown[] => {
  const hurt = new Map(affected?.customers.map((each) => [each.customerId, each]));
  const others: IsHurt = affected !== undefined && affected.affectedCustomers <= hurt.size ? 'no' : 'not known';
  const shown = customers.map((customer): CustomerShown => {
    const had = hurt.get(customer.customerId);
    return {
      ...customer,
      isHurt: had === undefined ? others : 'yes',
      hurt: had,
      ...tellings(had, told?.each.get(customer.customerId), told?.all),
      isToldKnown: told !== undefined,
    };
  });
  if (hurt.size === 0) return shown;
  // As the API orders them: who is hurt first, critical ones and money before others.
  const orders = new Map([...hurt.keys()].map((customerId, order) => [customerId, order]));
  const orderOf = ({ customerId }: CustomerShown): number => orders.get(customerId) ?? orders.size;
  return shown.toSorted((one, other) => orderOf(one) - orderOf(other));
};

const HURT: Readonly<Record<string, IsHurt>> = { yes: 'yes', no: 'no', unknown: 'not known' };

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
      (hurt === undefined || each.isHurt === HURT[hurt]),
  );
};

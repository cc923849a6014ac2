import { KEY_SEPARATOR } from '#contracts';
import type { CatalogueCustomer } from '../rule/catalogue.js';

/**
 * Most regions and releases whose keys are remembered: a fleet has some ten regions and few releases at a time. Beyond it all are
 * forgotten and made again when asked for.
 */
const PARTS_MAX = 64;

const known = new WeakMap<readonly CatalogueCustomer[], Map<string, readonly string[]>>();

/**
 * The keys of customers, in their order: `bank`, or with a part `bank|us-east`. The same list each time, so that windows need to
 * look up its keys once and not for each tick.
 */
export const customerKeys = (customers: readonly CatalogueCustomer[], part: string): readonly string[] => {
  const lists = known.get(customers) ?? new Map<string, readonly string[]>();
  known.set(customers, lists);
  const list = lists.get(part);
  if (list !== undefined) return list;
  if (lists.size >= PARTS_MAX) lists.clear();
  const suffix = part === '' ? '' : `${KEY_SEPARATOR}${part}`;
  const made = customers.map(({ customerId }) => `${customerId}${suffix}`);
  lists.set(part, made);
  return made;
};

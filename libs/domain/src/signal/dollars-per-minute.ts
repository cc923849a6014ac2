import { TIERS } from '#contracts';
import { TIER_DOLLARS_PER_MINUTE } from '../impact/impact.js';
import { affectedByTier } from './customer-impact.js';
import { CUSTOMER_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { type Signal, UNKNOWN } from './signal.js';

/** What the customers that are hurt lose in a minute (C2). */
export const dollarsPerMinute: Signal = {
  about: 'dollars a minute lost by affected customers (C2)',
  unit: '$ a minute',
  window: SLOT_WINDOW,
  noData: 'fewer good and bad outcomes than `outcomesMin`',
  scopes: CUSTOMER_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  readsCustomers: true,
  read: (place, view) => {
    if (!CUSTOMER_SCOPES.includes(place.subject.scope)) return UNKNOWN;
    const { good, bad, byTier } = affectedByTier(place, view);
    if (byTier === undefined) return { value: 'unknown', good, bad };
    return { value: TIERS.reduce((sum, tier) => sum + byTier[tier] * TIER_DOLLARS_PER_MINUTE[tier], 0), good, bad };
  },
  describe: (rule, value) => ({
    found: `$${value} a minute`,
    limit: `$${rule.threshold}`,
    title: `Customers lose $${value} a minute`,
  }),
  digits: 0,
};

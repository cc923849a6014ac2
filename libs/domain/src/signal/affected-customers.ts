import { affectedByTier } from './customer-impact.js';
import { CUSTOMER_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { type Signal, UNKNOWN } from './signal.js';

/** How many customers are hurt (C3), of one tier where the rule names one. */
export const affectedCustomers: Signal = {
  about: 'customers whose own failure ratio is above its threshold with confidence (C3), of one `tier` or of all',
  unit: 'customers',
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
    const { tier } = place.rule;
    const value = tier === undefined ? byTier.tier1 + byTier.tier2 + byTier.tier3 : byTier[tier];
    return { value, good, bad };
  },
  describe: ({ tier, threshold }, value) => {
    const what = tier === undefined ? 'affected customers' : `affected customers of ${tier}`;
    return { found: `${value} ${what}`, limit: `${threshold}`, title: `${value} ${what}` };
  },
  digits: 0,
};

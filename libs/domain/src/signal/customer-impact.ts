import type { Tier } from '#contracts';
import { KEY_SEPARATOR } from '#contracts';
import { impactScoreOf } from '../impact/impact.js';
import type { TickView } from '../rule/tick-view.js';
import { CUSTOMER_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { sumOf } from './scope-windows.js';
import { type Signal, type SignalPlace, UNKNOWN } from './signal.js';

/** How many customers are hurt, by tier; undefined when the window has too little data to say. */
export const affectedByTier = (
  place: SignalPlace,
  view: TickView,
): { readonly good: number; readonly bad: number; readonly byTier: Readonly<Record<Tier, number>> | undefined } => {
  const { subject, windowMs, endSlot, rule } = place;
  const { good, bad } = sumOf(place, view);
  if (good + bad < Math.max(1, rule.outcomesMin)) return { good, bad, byTier: undefined };
  const [release = '', region = ''] = subject.key.split(KEY_SEPARATOR);
  const byTier =
    subject.scope === 'fleet'
      ? view.affected.fleetByTier(windowMs, endSlot)
      : view.affected.cohortByTier(release, region, windowMs, endSlot);
  return { good, bad, byTier };
};

/** The impact score (C1, R18, R21, R27): the sum of the tier weights of the customers that are hurt. */
export const customerImpact: Signal = {
  about: 'sum of the tier weights of affected customers (C1, C3)',
  unit: 'points',
  window: SLOT_WINDOW,
  noData: 'fewer good and bad outcomes than `outcomesMin`',
  scopes: CUSTOMER_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  readsCustomers: true,
  read: (place, view) => {
    if (!CUSTOMER_SCOPES.includes(place.subject.scope)) return UNKNOWN;
    const { good, bad, byTier } = affectedByTier(place, view);
    return { value: byTier === undefined ? 'unknown' : impactScoreOf(byTier), good, bad };
  },
  describe: (rule, value) => ({
    found: `impact score ${value}`,
    limit: `${rule.threshold}`,
    title: `Customer impact score ${value}`,
  }),
  digits: 2,
};

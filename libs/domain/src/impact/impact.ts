import { DEFAULT_IMPACT, type Impact, type ImpactSettings, type Tier, TIERS } from '#contracts';
import type { AffectedCustomer } from './affected.js';

/** How many customers of each tier. */
export type ByTier = Readonly<Record<Tier, number>>;

/** Customers named in an impact: a page is read, not studied. */
const TOP_MAX = 20;

const countByTier = (affected: readonly AffectedCustomer[]): Record<Tier, number> => {
  const count = { tier1: 0, tier2: 0, tier3: 0 };
  for (const { customer } of affected) count[customer.tier] += 1;
  return count;
};

const weigh = (byTier: ByTier, each: ByTier): number => TIERS.reduce((sum, tier) => sum + byTier[tier] * each[tier], 0);

/** The impact score of so many customers: the sum of tier weights (C1). */
export const impactScoreOf = (byTier: ByTier, settings = DEFAULT_IMPACT): number => weigh(byTier, settings.weights);

/** The impact score of customers. */
export const impactScoreOfAll = (affected: readonly AffectedCustomer[], settings = DEFAULT_IMPACT): number =>
  impactScoreOf(countByTier(affected), settings);

/** What so many customers lose in a minute (C2). */
export const dollarsPerMinuteOf = (byTier: ByTier, settings = DEFAULT_IMPACT): number =>
  weigh(byTier, settings.dollarsPerMinute);

/** Critical customers first, then by money of their tier, then by the share that fails (R11, R56). */
export const byUrgency =
  ({ dollarsPerMinute }: ImpactSettings) =>
  (a: AffectedCustomer, b: AffectedCustomer): number =>
    Number(b.customer.critical) - Number(a.customer.critical) ||
    dollarsPerMinute[b.customer.tier] - dollarsPerMinute[a.customer.tier] ||
    b.failing - a.failing ||
    (a.customer.customerId < b.customer.customerId ? -1 : 1);

/** The first of all in order of urgency; thousands are hurt at a time, and sorting them each tick would be most of the impact. */
const mostUrgent = (affected: readonly AffectedCustomer[], settings: ImpactSettings): readonly AffectedCustomer[] => {
  const isBefore = byUrgency(settings);
  const top: AffectedCustomer[] = [];
  for (const each of affected) {
    let at = top.length;
    while (at > 0 && isBefore(each, top[at - 1]!) < 0) at -= 1;
    if (at === TOP_MAX) continue;
    top.splice(at, 0, each);
    if (top.length > TOP_MAX) top.pop();
  }
  return top;
};

/** Who is hurt and what it costs; money stands beside the score, never in it (C2). */
export const impactOf = (affected: readonly AffectedCustomer[], settings = DEFAULT_IMPACT): Impact => {
  const byTier = countByTier(affected);
  return {
    affectedCustomers: affected.length,
    byTier,
    score: impactScoreOf(byTier, settings),
    dollarsPerMinute: dollarsPerMinuteOf(byTier, settings),
    top: mostUrgent(affected, settings).map(({ customer, failing }) => ({
      customerId: customer.customerId,
      name: customer.name,
      tier: customer.tier,
      failing,
    })),
  };
};

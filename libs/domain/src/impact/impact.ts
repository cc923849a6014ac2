import { type Impact, type Tier, TIERS } from '#contracts';
import type { AffectedCustomer } from './affected.js';

/** Points of one affected customer (C1, R67-R69). */
export const TIER_WEIGHT: Readonly<Record<Tier, number>> = { tier1: 100, tier2: 10, tier3: 1 };
/** Dollars a minute lost by one affected customer (C2, R67-R69). */
export const TIER_DOLLARS_PER_MINUTE: Readonly<Record<Tier, number>> = { tier1: 50_000, tier2: 5_000, tier3: 500 };
/** Customers named in an impact: a page is read, not studied. */
const TOP_MAX = 20;

const countByTier = (affected: readonly AffectedCustomer[]): Record<Tier, number> => {
  const count = { tier1: 0, tier2: 0, tier3: 0 };
  for (const { customer } of affected) count[customer.tier] += 1;
  return count;
};

const weigh = (byTier: Readonly<Record<Tier, number>>, each: Readonly<Record<Tier, number>>): number =>
  TIERS.reduce((sum, tier) => sum + byTier[tier] * each[tier], 0);

/** The impact score of so many customers: the sum of tier weights (C1). */
export const impactScoreOf = (byTier: Readonly<Record<Tier, number>>): number => weigh(byTier, TIER_WEIGHT);

/** The impact score of customers. */
export const impactScore = (affected: readonly AffectedCustomer[]): number => impactScoreOf(countByTier(affected));

const byUrgency = (a: AffectedCustomer, b: AffectedCustomer): number =>
  Number(b.customer.critical) - Number(a.customer.critical) ||
  TIER_DOLLARS_PER_MINUTE[b.customer.tier] - TIER_DOLLARS_PER_MINUTE[a.customer.tier] ||
  b.failing - a.failing ||
  (a.customer.customerId < b.customer.customerId ? -1 : 1);

/** The first of all in order of urgency; thousands are hurt at a time, and sorting them each tick would be most of the impact. */
const mostUrgent = (affected: readonly AffectedCustomer[]): readonly AffectedCustomer[] => {
  const top: AffectedCustomer[] = [];
  for (const each of affected) {
    let at = top.length;
    while (at > 0 && byUrgency(each, top[at - 1]!) < 0) at -= 1;
    if (at === TOP_MAX) continue;
    top.splice(at, 0, each);
    if (top.length > TOP_MAX) top.pop();
  }
  return top;
};

/** Who is hurt and what it costs; money stands beside the score, never in it (C2). */
export const impactOf = (affected: readonly AffectedCustomer[]): Impact => {
  const byTier = countByTier(affected);
  return {
    affectedCustomers: affected.length,
    byTier,
    score: weigh(byTier, TIER_WEIGHT),
    dollarsPerMinute: weigh(byTier, TIER_DOLLARS_PER_MINUTE),
    top: mostUrgent(affected).map(({ customer, failing }) => ({
      customerId: customer.customerId,
      name: customer.name,
      tier: customer.tier,
      failing,
    })),
  };
};

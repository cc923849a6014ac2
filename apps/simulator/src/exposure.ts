import { type Tier, TIERS } from '#contracts';
import type { SimulatedCustomer } from './customers.js';
import { createRandom, shuffled } from './random.js';

/** Share of the customers of each tier that the study says were affected (R67-R69). */
export const AFFECTED_SHARE: Readonly<Record<Tier, number>> = { tier1: 0.45, tier2: 0.35, tier3: 0.25 };

/**
 * The customers delegated to the cloud that gets the release first, by seed; the others have no traffic there. This is anycast's
 * mechanism: a customer is hurt because its delegation leads to bad nodes, so the study's shares come out exactly.
 */
export const exposedCustomers = (customers: readonly SimulatedCustomer[], seed: number): SimulatedCustomer[] =>
  TIERS.flatMap((tier) => {
    const ofTier = customers.filter((customer) => customer.tier === tier);
    const count = Math.round(ofTier.length * AFFECTED_SHARE[tier]);
    return shuffled(ofTier, createRandom(seed, `exposure/${tier}`)).slice(0, count);
  });

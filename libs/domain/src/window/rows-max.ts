import type { Family } from '#contracts';

/**
 * Most rows of one slot and family; what is beyond shares `OTHER_KEY`. Nodes say themselves which PoP and release they are, so a
 * broken one could invent many: 20,000 is a fleet twenty times the largest that was measured, 200,000 its cross products.
 * Customers have no bound here: there are only those of the catalogue.
 */
export const ROWS_MAX: Readonly<Record<Family, number>> = {
  fleet: 1,
  region: 20_000,
  pop: 20_000,
  node: 20_000,
  release_region: 20_000,
  customer: Number.POSITIVE_INFINITY,
  customer_region: 200_000,
  customer_release: 200_000,
  zone: Number.POSITIVE_INFINITY,
  zone_release: 200_000,
};

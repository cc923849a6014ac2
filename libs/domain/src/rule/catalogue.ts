import type { Tier } from '#contracts';

/** A customer, as far as decisions care. */
export interface CatalogueCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly tier: Tier;
  /** Emergency services and governments: first in every list. */
  readonly critical: boolean;
}

/** A node of the inventory: one that is expected to report. */
export interface CatalogueNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
}

/** Whom the fleet serves, and of what it consists. */
export interface Catalogue {
  readonly customers: readonly CatalogueCustomer[];
  readonly nodes: readonly CatalogueNode[];
}

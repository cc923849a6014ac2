import type { Tier } from '#contracts';

/** A customer, as far as decisions care. */
export interface CatalogueCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly tier: Tier;
  /** Emergency services and governments: first in every list. */
  readonly critical: boolean;
  readonly sector?: string | undefined;
  /** ISO 3166-1, its home first. */
  readonly countries?: readonly string[] | undefined;
  readonly sites?: number | undefined;
  /** Its names, as they were registered; at most 1,000. */
  readonly zones?: readonly string[] | undefined;
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

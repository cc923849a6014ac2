import { type Customer, streamOf } from '#contracts';
import type { Database } from './database.js';
import { readZoneRegistry, type RegisteredZone } from './zone-registry.repository.js';

/** A node of the inventory. */
export interface NodeRow {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  /** Where it can be asked by hand; not there when nobody said. */
  readonly address?: string | undefined;
}

/** A customer and its zones. */
export type CustomerRow = Readonly<Omit<Customer, 'zones' | 'countries'>> & {
  /** Lower case, no trailing dot; ascending. */
  readonly zones: readonly string[];
  /** Not there when none is known. */
  readonly countries?: readonly string[] | undefined;
};

/** Everything that is registered, at one version of stream `catalogue`. */
export interface Catalogue {
  /** The expected version of the next registration; 0 when nothing was registered. */
  readonly version: number;
  readonly nodes: readonly NodeRow[];
  readonly customers: readonly CustomerRow[];
  /** Every zone that ever had a customer, ascending by id. */
  readonly registry: readonly RegisteredZone[];
}

/** Reads the catalogue. */
export interface CatalogueRepository {
  readonly version: () => Promise<number>;
  readonly load: () => Promise<Catalogue>;
  readonly findNode: (nodeId: string) => Promise<NodeRow | undefined>;
}

const VERSION = 'select version from chain_anchor where stream = $1';
const NODES = 'select node_id as "nodeId", pop, region, address from node';
const CUSTOMERS = `
  select c.customer_id as "customerId", c.name, c.tier, c.critical, c.sector, c.countries, c.sites,
    array(select z.zone from customer_zone z where z.customer_id = c.customer_id order by z.zone) as zones
  from customer c order by c.customer_id`;

type ReadCustomer = Omit<CustomerRow, 'sector' | 'countries' | 'sites'> & {
  readonly sector: string | null;
  readonly countries: readonly string[];
  readonly sites: number | null;
};

type ReadNode = Omit<NodeRow, 'address'> & { readonly address: string | null };

/** As it was registered: what nobody said is not there. */
const nodeRow = ({ address, ...node }: ReadNode): NodeRow => (address === null ? node : { ...node, address });

/** As it was registered: what nobody said is not there. */
const customerRow = ({ sector, countries, sites, ...customer }: ReadCustomer): CustomerRow => ({
  ...customer,
  ...(sector === null ? {} : { sector }),
  ...(countries.length === 0 ? {} : { countries }),
  ...(sites === null ? {} : { sites }),
});

/** The catalogue in PostgreSQL. */
export const createCatalogueRepository = (database: Database): CatalogueRepository => {
  const versionIn = async (tx: Pick<Database, 'query'>): Promise<number> =>
    (await tx.query<{ version: number }>(VERSION, [streamOf.catalogue]))[0]?.version ?? 0;
  return {
    version: () => versionIn(database),
    load: () =>
      database.transaction(async (tx) => {
        // One snapshot: the rows are those of the version.
        await tx.query('set transaction isolation level repeatable read, read only');
        return {
          version: await versionIn(tx),
          nodes: (await tx.query<ReadNode>(`${NODES} order by node_id`)).map(nodeRow),
          customers: (await tx.query<ReadCustomer>(CUSTOMERS)).map(customerRow),
          registry: await readZoneRegistry(tx),
        };
      }),
    findNode: async (nodeId) =>
      (await database.query<ReadNode>(`${NODES} where node_id = $1`, [nodeId])).map(nodeRow)[0],
  };
};

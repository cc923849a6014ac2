import type { EventData } from '#contracts';
import type { Queryable } from '../database.js';
import { projection } from './projection.js';

type Customers = readonly EventData<'CustomersRegistered'>['customers'][number][];

/** Zone names as batches carry them: lower case, no trailing dot. */
export const zoneName = (zone: string): string => zone.toLowerCase().replace(/\.$/, '');

// The last of two entries with one key wins, as it would in two events: one statement must not touch a row twice.
const lastByKey = <T>(entries: readonly T[], key: (entry: T) => string): readonly T[] => [
  ...new Map(entries.map((entry) => [key(entry), entry])).values(),
];

const registerCustomers = (tx: Queryable, customers: Customers): Promise<unknown> =>
  tx.query(
    `insert into customer (customer_id, name, tier, critical, sector, countries, sites)
     select customer_id, name, tier, critical, sector, array(select jsonb_array_elements_text(countries)), sites
     from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::jsonb[], $7::bigint[])
       as registered (customer_id, name, tier, critical, sector, countries, sites)
     on conflict (customer_id) do update set name = excluded.name, tier = excluded.tier, critical = excluded.critical,
       sector = excluded.sector, countries = excluded.countries, sites = excluded.sites`,
    [
      customers.map(({ customerId }) => customerId),
      customers.map(({ name }) => name),
      customers.map(({ tier }) => tier),
      customers.map(({ critical }) => critical),
      customers.map(({ sector }) => sector ?? null),
      // Lists of different lengths are no array of arrays for PostgreSQL.
      customers.map(({ countries = [] }) => JSON.stringify(countries)),
      customers.map(({ sites }) => sites ?? null),
    ],
  );

const replaceZones = async (tx: Queryable, customers: Customers): Promise<void> => {
  await tx.query('delete from customer_zone where customer_id = any($1::text[])', [
    customers.map(({ customerId }) => customerId),
  ]);
  const zones = lastByKey(
    customers.flatMap(({ customerId, zones: names }) => names.map((name) => ({ customerId, zone: zoneName(name) }))),
    ({ zone }) => zone,
  );
  await tx.query(
    `insert into customer_zone (zone, customer_id) select * from unnest($1::text[], $2::text[])
     on conflict (zone) do update set customer_id = excluded.customer_id`,
    [zones.map(({ zone }) => zone), zones.map(({ customerId }) => customerId)],
  );
};

/** Nodes, customers and whose zone is whose. Registering a customer again replaces its zones; a zone has one customer, the last. */
export const catalogueProjection = projection(['node', 'customer', 'customer_zone'], {
  NodesRegistered: (tx, registered) => {
    const nodes = lastByKey(registered.nodes, ({ nodeId }) => nodeId);
    return tx.query(
      `insert into node (node_id, pop, region, address) select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
       on conflict (node_id) do update set pop = excluded.pop, region = excluded.region, address = excluded.address`,
      [
        nodes.map(({ nodeId }) => nodeId),
        nodes.map(({ pop }) => pop),
        nodes.map(({ region }) => region),
        nodes.map(({ address }) => address ?? null),
      ],
    );
  },
  CustomersRegistered: async (tx, registered) => {
    const customers = lastByKey(registered.customers, ({ customerId }) => customerId);
    await registerCustomers(tx, customers);
    await replaceZones(tx, customers);
  },
});

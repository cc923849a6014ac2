import { type FleetSize, zoneName } from './fleet.js';

/** The customers of a fleet as they are registered: zone of rank r belongs to customer r mod customers. */
export const customersOf = ({ customers, zones }: FleetSize) =>
  Array.from({ length: customers }, (_unused, customer) => ({
    customerId: `customer-${customer}`,
    name: `Customer ${customer}`,
    tier: 'tier2' as const,
    critical: false,
    zones: Array.from({ length: Math.ceil((zones - customer) / customers) }, (_none, i) =>
      zoneName(customer + i * customers),
    ),
  }));

/** Rank of a zone → its id in the registry: ids are dense from 1, in the order in which registrations name zones. */
export const registryIdsOf = (fleet: FleetSize): Uint32Array => {
  const ids = new Uint32Array(fleet.zones);
  let id = 0;
  for (let customer = 0; customer < fleet.customers; customer += 1)
    for (let rank = customer; rank < fleet.zones; rank += fleet.customers) ids[rank] = id += 1;
  return ids;
};

import { projection } from './projection.js';
import { zoneName } from './catalogue.projection.js';

/**
 * Ids are dense from 1. A zone gets the next one when an event first names it, in the order in which the event does, and keeps it
 * when it leaves its customer. Appends come one after the other, so no two of them take the same id, and a rebuild gives every zone
 * its own again. There is no upper bound here: one that was raised later would number differently in a rebuild. Readers bound what
 * they hold.
 */
export const zoneRegistryProjection = projection(['zone_registry'], {
  CustomersRegistered: (tx, { customers }, { recordedAtMs }) => {
    const zones = new Set(customers.flatMap(({ zones: names }) => names.map(zoneName)));
    return tx.query(
      `insert into zone_registry (zone_id, zone, added_at_ms)
       select (select coalesce(max(zone_id), 0) from zone_registry) + row_number() over (order by place), zone, $2::bigint
       from unnest($1::text[]) with ordinality as told (zone, place)
       where not exists (select from zone_registry known where known.zone = told.zone)`,
      [[...zones], recordedAtMs],
    );
  },
});

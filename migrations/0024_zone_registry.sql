-- Zones by number, for batches that carry ids in place of names. A zone gets the next id when an event first names it and keeps it
-- for ever: batches in the log name zones by these ids. It follows from the events alone; what was registered before this table is
-- numbered here by the rule of the projection: events by position, then customers and zones as they stand in the event.
create table zone_registry (
  zone_id int primary key,
  zone text not null unique,
  added_at_ms bigint not null
);

insert into zone_registry (zone_id, zone, added_at_ms)
select row_number() over (order by position, customer_at, zone_at), zone, recorded_at_ms
from (
  select distinct on (zone) zone, position, customer_at, zone_at, recorded_at_ms
  from (
    select regexp_replace(lower(z.name), '\.$', '') as zone, e.position, c.customer_at, z.zone_at, e.recorded_at_ms
    from event e,
      jsonb_array_elements(e.data -> 'customers') with ordinality as c (customer, customer_at),
      jsonb_array_elements_text(c.customer -> 'zones') with ordinality as z (name, zone_at)
    where e.type = 'CustomersRegistered'
  ) as told
  order by zone, position, customer_at, zone_at
) as first_told;

-- Who is told of an incident: each customer once, from the update on that named or listed it first.
create table status_customer (
  incident_id text not null,
  customer_id text not null,
  name text not null,
  n integer not null,
  primary key (incident_id, customer_id)
);
insert into status_customer (incident_id, customer_id, name, n)
select incident_id, told ->> 'customerId', min(told ->> 'name'), min(n)
from status_update, jsonb_array_elements(customers) as told
group by incident_id, told ->> 'customerId';

-- Written by the dispatcher at its start: to which channels a page or a command goes. Configuration, not history.
create table channel (
  name text primary key,
  subject text not null check (subject in ('page', 'command'))
);

-- Who sends what at this moment. Not history: it is empty when nothing is being sent, and a rebuild leaves it alone.
create table delivery_claim (
  delivery_id text primary key,
  claimed_until bigint not null
);

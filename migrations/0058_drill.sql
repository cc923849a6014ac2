-- Fire drills: pages that are asked for, to know that pages arrive.
create table drill (
  drill_id text primary key,
  status text not null check (status in ('requested', 'signalled', 'fired', 'passed', 'failed')),
  requested_by text not null,
  channel text,
  deadline_at bigint not null,
  requested_at bigint not null,
  signalled_at bigint,
  fired_at bigint,
  finished_at bigint,
  hops jsonb,
  missed text,
  because text
);
create index drill_open on drill (requested_at) where finished_at is null;
create index drill_newest on drill (requested_at);

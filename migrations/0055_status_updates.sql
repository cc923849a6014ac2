-- What the public is told of an incident: when somebody must look next, and each update.
create table status_schedule (
  incident_id text primary key,
  state text not null check (state in ('waiting', 'held', 'told', 'ended')),
  -- null: nothing is due
  due_at bigint,
  drafted_at bigint,
  is_overdue boolean not null default false,
  because text
);
create index status_schedule_due on status_schedule (due_at) where due_at is not null;

create table status_update (
  incident_id text not null,
  n integer not null,
  status text not null check (status in ('drafted', 'published', 'discarded', 'replaced')),
  "update" jsonb not null,
  customers jsonb not null,
  affected_customers integer not null,
  publish_by bigint not null,
  is_reviewed boolean not null,
  because text not null,
  drafted_at bigint not null,
  published_at bigint,
  settled_by text,
  comment text,
  primary key (incident_id, n)
);
create index status_update_by_time on status_update (drafted_at desc);

-- What left from the spool of a dispatcher while the database was away; and episodes in which no tick came.
create table page_spooled (
  spool_id text primary key,
  channel text not null,
  dedup_key text not null,
  title text not null,
  outcome text not null check (outcome in ('delivered', 'gave_up')),
  status integer,
  detail text not null,
  spooled_at bigint not null,
  sent_at bigint not null
);
create index page_spooled_newest on page_spooled (sent_at);
create table telemetry_stale (
  stale_id text primary key,
  because text not null,
  since bigint not null,
  stale_at bigint not null,
  moved_at bigint
);

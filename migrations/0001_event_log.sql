-- The embedded event log: one head per partition, records, and nothing else. Positions are the readers' business.
-- An append locks its head row until commit and takes the append time under that lock: offsets are gapless and in commit
-- order, append times never decrease, and reading by "offset >= n" skips nothing.
create table log_topic (
  topic text primary key,
  partitions int not null,
  retention_ms bigint not null,
  compacted boolean not null
);

create table log_head (
  topic text not null,
  partition int not null,
  next_offset bigint not null default 0,
  low_offset bigint not null default 0,
  last_at timestamptz not null default 'epoch',
  primary key (topic, partition)
);

-- Range partitions by time of append, made and dropped by the adapter: rows are never deleted one by one.
create table log_record (
  topic text not null,
  partition int not null,
  "offset" bigint not null,
  at timestamptz not null,
  key text,
  headers jsonb not null,
  value bytea not null,
  primary key (topic, partition, "offset", at)
) partition by range (at);

-- Names this log; positions of another one mean nothing here.
create table log_cluster (cluster_id text not null, single boolean primary key default true check (single));
insert into log_cluster (cluster_id) values ('embedded-' || gen_random_uuid());

-- The embedded event log: heads, and records in chunks. Positions are the readers' business.
-- An append updates its head row, which stays locked until commit: offsets are gapless and in commit order, append times never
-- decrease, and reading by "offset >= n" skips nothing.
create table log_topic (
  topic text primary key,
  partitions int not null,
  retention_ms bigint not null,
  compacted boolean not null
);

-- A chunk is a table log_record_<id> with a stretch of one topic. Retention drops whole chunks, rows are never deleted one by one.
create table log_chunk (
  id int generated always as identity primary key,
  topic text not null references log_topic,
  began_at timestamptz not null default clock_timestamp()
);

create table log_chunk_start (
  chunk int not null references log_chunk on delete cascade,
  partition int not null,
  first_offset bigint not null,
  primary key (chunk, partition)
);

-- chunk: where the next record goes; an append that knows an older one changes nothing and looks again.
create table log_head (
  topic text not null references log_topic,
  partition int not null,
  chunk int not null references log_chunk,
  next_offset bigint not null default 0,
  low_offset bigint not null default 0,
  last_at timestamptz not null default 'epoch',
  primary key (topic, partition)
);

-- What every chunk looks like; reading this table shows all of them. headers: JSON as text, the server never looks into it.
create table log_record (
  partition int not null,
  "offset" bigint not null,
  at timestamptz not null,
  key text,
  headers text not null,
  value bytea not null
);
-- Batches are dense columns: compressing them costs more than it saves.
alter table log_record alter column value set storage external;

-- Names this log; positions of another one mean nothing here.
create table log_cluster (cluster_id text not null, single boolean primary key default true check (single));
insert into log_cluster (cluster_id) values ('embedded-' || gen_random_uuid());

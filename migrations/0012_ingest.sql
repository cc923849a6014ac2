-- The fence of exactly-once: a consumer's place moves by compare-and-swap, in the transaction of what it counted.
create table ingest_position (
  cluster_id text not null,
  consumer text not null,
  topic text not null,
  partition int not null,
  incarnation int not null,
  next_offset bigint not null,
  primary key (cluster_id, consumer, topic, partition)
);

-- Packed cells, added and never replaced. One partition per day, made when a day is first written and dropped whole;
-- days beyond the bound on partitions lie in segment_overflow: slower to drop, never lost.
create table segment (
  topic text not null,
  partition int not null,
  slot bigint not null,
  first_offset bigint not null,
  family text not null,
  next_offset bigint not null,
  body bytea not null,
  primary key (slot, topic, partition, first_offset, family)
) partition by range (slot);
create table segment_overflow partition of segment default;

-- What arrived of each start of each agent, and which of its batches did not.
create table node_ledger (
  node_id text not null,
  agent_boot_id text not null,
  last_seq bigint not null,
  batches bigint not null,
  counted bigint not null,
  late bigint not null,
  rejected bigint not null,
  duplicates bigint not null,
  last_event_us bigint not null,
  primary key (node_id, agent_boot_id)
);

create table batch_gap (
  node_id text not null,
  agent_boot_id text not null,
  from_seq bigint not null,
  to_seq bigint not null check (to_seq >= from_seq),
  cause text not null,
  primary key (node_id, agent_boot_id, from_seq)
);

-- What could not be read. Rows are bounded, the totals are not: beyond the bound a dead letter is still counted.
create table dead_letter (
  id bigint generated always as identity primary key,
  topic text not null,
  partition int not null,
  "offset" bigint not null,
  key text,
  reason text not null,
  detail text not null,
  raw bytea not null,
  raw_bytes bigint not null,
  appended_at bigint not null,
  unique (topic, partition, "offset")
);

create table dead_letter_total (reason text primary key, records bigint not null);

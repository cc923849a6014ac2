-- Records that were in the log, or should have been, and were never counted. Written by the transaction that moves the position past
-- them, so each is named once. `to_offset` is exclusive; a topic that was made anew is a row of its own, of unknown size.
create table offset_gap (
  cluster_id text not null,
  topic text not null,
  partition int not null,
  incarnation int not null,
  from_offset bigint not null,
  to_offset bigint not null check (to_offset >= from_offset),
  cause text not null check (cause in ('retention', 'hole', 'undecodable', 'recreated')),
  found_at_ms bigint not null,
  primary key (cluster_id, topic, partition, incarnation, from_offset)
);
create index offset_gap_recent on offset_gap (cluster_id, topic, partition, found_at_ms);

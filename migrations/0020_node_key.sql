-- Keys for the tags of batches: which were issued and which are revoked, never a secret. changed_position is that of the last event
-- of a key: who follows the keys asks for what lies above the last one that it has seen.
create table node_key (
  key_id text primary key,
  node_id text not null,
  issued_at bigint not null,
  revoked_at bigint,
  changed_position bigint not null
);
create index node_key_changed on node_key (changed_position);

-- Says, without telling it, which secret the keys are derived from: a process with another one would refuse every batch.
create table node_key_secret (fingerprint text not null, single boolean primary key default true check (single));

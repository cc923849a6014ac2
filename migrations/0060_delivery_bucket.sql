-- The token buckets that several receivers draw from, of one channel or of more: a limit that is of an account. Not history, as the lanes
-- of single receivers are not: a rebuild leaves it alone.
create table delivery_bucket (
  name text primary key,
  tokens double precision,
  urgent_tokens double precision,
  at bigint
);

-- The bucket that a receiver draws from; null: its own lanes.
alter table delivery_lane add column bucket text;

-- Whoever keeps what it made of a minute sees by this number whether the minute was summed again meanwhile.
alter table segment_minute add column revision bigint not null generated always as identity;

-- Pages and calls of an incident: their keys begin with its id. Compared by bytes, whatever the collation of the database is: only so is a
-- prefix a range.
create index delivery_key_prefix on delivery (dedup_key collate "C");

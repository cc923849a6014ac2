-- Minutes that are over, summed once: what a series of a day is read from. A row with an empty body says that nothing was counted. Late data
-- takes the minute away in its own transaction, and it is summed again; readers take the segments meanwhile.
create table segment_minute (
  family text not null,
  -- Minutes since the epoch.
  minute bigint not null,
  body bytea not null,
  primary key (family, minute)
);
create index segment_minute_of on segment_minute (minute);

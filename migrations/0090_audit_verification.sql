-- What verifications of the chains found, so that every process can tell of each: the newest 20. The process that did one tells it from its
-- memory, since it is this database that was in question.
create table audit_verification (
  verification_id text primary key,
  -- In which order they began.
  begun bigint generated always as identity,
  -- When the process that does it last said that it lives, by the clock of the database.
  alive_at timestamptz not null default clock_timestamp(),
  is_running boolean not null default true,
  told jsonb not null
);
-- One at a time: each reads every event.
create unique index audit_verification_running on audit_verification (is_running) where is_running;

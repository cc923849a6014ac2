-- A request that tells something to the log, and to no stream, has no event: its key is claimed before, and held for good once the log took
-- it. What is claimed and not held, since its process was killed, may be claimed again after until_ms: told twice rather than not at all.
alter table idempotent_request alter column position drop not null;
alter table idempotent_request add column until_ms bigint;

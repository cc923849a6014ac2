-- Requests that named an idempotency key and changed something, kept for a day. Written with the events of the act, or not at all; no part
-- of the hash chain: that a request is known says nothing about what happened.
create table idempotent_request (
  subject text not null,
  key text not null,
  -- SHA-256 over method, path and body.
  request_hash text not null,
  -- Of the first event of the act.
  position bigint not null,
  at_ms bigint not null,
  primary key (subject, key)
);
create index idempotent_request_at on idempotent_request (at_ms);

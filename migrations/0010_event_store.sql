-- The event store. An append locks the one row of event_head until its commit, so positions are gapless and in commit order:
-- "position > n" is a cursor that skips nothing (a sequence gives numbers before the commit and loses the slower writer).
create table event (
  position bigint primary key,
  stream text not null,
  version bigint not null,
  type text not null,
  data jsonb not null,
  actor text not null,
  cause text not null,
  recorded_at_ms bigint not null,
  hash text not null,
  unique (stream, version)
);

create table event_head (position bigint not null, single boolean primary key default true check (single));
insert into event_head (position) values (0);

-- The head of each stream's hash chain. Kept apart from the events, so that a cut tail is seen; also the stream's version.
create table chain_anchor (
  stream text primary key,
  version bigint not null,
  hash text not null
);

create function event_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'event is append-only: % refused', tg_op;
end $$;

create trigger event_append_only before update or delete on event
  for each row execute function event_is_append_only();
create trigger event_not_truncated before truncate on event
  for each statement execute function event_is_append_only();

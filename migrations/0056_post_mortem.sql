-- Post-mortems: one of each incident that was resolved; sha256 is null until it is drafted.
create table post_mortem (
  incident_id text primary key,
  resolved_at bigint not null,
  sha256 text,
  headline jsonb,
  drafted_at bigint
);
create index post_mortem_due on post_mortem (resolved_at) where sha256 is null;

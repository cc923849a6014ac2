-- Every plan of who is called that was loaded; the last one is in force.
create table on_call_plan (
  version int primary key,
  sha256 text not null,
  source text not null,
  is_file boolean not null,
  plan jsonb not null,
  loaded_at bigint not null,
  loaded_by text not null
);

-- Who takes the place of whom a schedule names. `made` is the version of the event in its stream: of two that overlap the later goes
-- before.
create table schedule_override (
  schedule_override_id text primary key,
  made bigint not null,
  schedule text not null,
  person text not null,
  from_ms bigint not null,
  until_ms bigint not null,
  made_by text not null,
  comment text not null,
  made_at bigint not null,
  withdrawn_at bigint,
  withdrawn_by text
);
create index schedule_override_until on schedule_override (until_ms);

-- One row. What was refused is forgotten when a plan is loaded, or the file says again what is in force; `asked_version` is that of
-- its stream, so that who follows it sees every question.
create table on_call_reload (
  one boolean primary key check (one),
  asked_version bigint,
  asked_at bigint,
  asked_by text,
  refused_at bigint,
  refused_source text,
  refused_problems jsonb,
  -- When files said what is in force already.
  unchanged_at bigint
);

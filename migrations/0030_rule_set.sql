-- Every set of rules that was loaded, and the last time that somebody asked for another or files were refused.
create table rule_set (
  version int primary key,
  sha256 text not null,
  source text not null,
  from_tick bigint not null,
  rule_set jsonb not null,
  loaded_at bigint not null,
  loaded_by text not null
);

-- One row. What was refused is forgotten when a set is loaded; `asked_version` is that of its stream, so that who follows it sees
-- every question.
create table rule_reload (
  one boolean primary key check (one),
  asked_version bigint,
  asked_at bigint,
  asked_by text,
  refused_at bigint,
  refused_source text,
  refused_problems jsonb
);

-- What rules do beside the record: the priority of an incident, who was called, what was asked for, when it began; and traffic that is
-- moved. Read tables: every row follows from the events.
alter table incident add column priority text;
alter table incident add column declared_at bigint;
alter table incident add column declared_because text;
alter table incident add column onset_at bigint;
alter table incident add column escalations jsonb not null default '[]';
alter table incident add column requests jsonb not null default '[]';

-- A refusal names no plan: its columns are empty until a redirect is decided.
create table redirect (
  redirect_id text primary key,
  incident_id text not null,
  alert_id text not null,
  status text not null check (
    status in ('refused', 'decided', 'draining', 'drained', 'verified', 'resuming', 'stopped', 'ended')),
  scope text,
  key text,
  nodes jsonb not null default '[]',
  siblings jsonb not null default '[]',
  trigger_reason jsonb,
  rails jsonb not null default '[]',
  refusals jsonb not null default '[]',
  commands jsonb not null default '[]',
  because text,
  decided_at bigint not null,
  changed_at bigint not null,
  ended_at bigint
);
create index redirect_by_incident on redirect (incident_id);

create table redirect_answer (
  redirect_id text not null,
  action text not null,
  node_id text not null,
  status text not null,
  answered_at bigint not null,
  primary key (redirect_id, action, node_id)
);

-- A command is part of a rollback or of a redirect.
alter table command alter column rollback_id drop not null;
alter table command add column redirect_id text;

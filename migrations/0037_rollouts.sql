-- Rollouts that are declared, judged by gates, and ended; releases, automation, overrides, breakers and fallbacks. Read tables: every row
-- follows from the events. Times are ms of log time.
alter table rollout drop constraint rollout_status_check;
alter table rollout add constraint rollout_status_check check (
  status in ('declared', 'running', 'halted', 'completed', 'ended', 'rolled_back'));
-- A declared rollout has reached no stage yet.
alter table rollout alter column stage drop not null;
alter table rollout alter column started_at drop not null;
alter table rollout add column mode text not null default 'advisory' check (mode in ('advisory', 'driving'));
alter table rollout add column origin text not null default 'signal' check (origin in ('declared', 'signal', 'telemetry'));
alter table rollout add column plan jsonb;
-- Whom it is for; empty: every node of the inventory.
alter table rollout add column nodes jsonb not null default '[]';
alter table rollout add column declared_at bigint;
alter table rollout add column declared_by text;
alter table rollout add column preflight jsonb not null default '{}';
-- The last measurement, the last verdict, and the stage whose answer is overdue.
alter table rollout add column gate_measured jsonb;
alter table rollout add column gate_decided jsonb;
alter table rollout add column gate_overdue jsonb;
-- What people and gates did about it, in order.
alter table rollout add column steps jsonb not null default '[]';
create index rollout_begun_at on rollout (coalesce(started_at, declared_at) desc, rollout_id);
create index rollout_open on rollout (changed_at desc) where declared_at is not null and status in ('declared', 'running', 'completed');

-- The last word on each node of a rollout that Tocsin drives.
create table rollout_update (
  rollout_id text not null,
  node_id text not null,
  stage text not null,
  status text not null check (status in ('done', 'failed', 'timeout')),
  probes int,
  passed int,
  detail text not null,
  updated_at bigint not null,
  primary key (rollout_id, node_id)
);

create table release (
  service text not null,
  name text not null,
  release jsonb not null,
  attestation jsonb,
  rehearsal jsonb,
  -- Null again once it is lifted.
  quarantine jsonb,
  lifting jsonb,
  changed_at bigint not null,
  primary key (service, name)
);
create index release_changed_at on release (changed_at desc);

-- What is said of all services at once: the kill switch, and when the rate rail opened last.
create table automation (
  one boolean primary key default true check (one),
  last_switch jsonb,
  rate_rail jsonb
);

create table automation_service (
  service text primary key,
  mode jsonb,
  rate_reset jsonb
);

alter table rollback drop constraint rollback_status_check;
alter table rollback add constraint rollback_status_check check (
  status in ('requested', 'proposed', 'refused', 'running', 'stopped', 'completed'));
-- What a person asks for has no incident until it is decided.
alter table rollback alter column incident_id drop not null;
alter table rollback add column request jsonb;
alter table rollback add column proposal jsonb;
alter table rollback add column approval jsonb;
alter table rollback add column decided_by text;
alter table rollback add column override_id text;
alter table rollback add column told jsonb;
alter table rollback_wave add column repeats jsonb not null default '[]';

create table rollback_step (
  rollback_id text not null,
  wave int not null,
  node_id text not null,
  step text not null,
  status text not null,
  detail text not null,
  answered_at bigint not null,
  primary key (rollback_id, wave, node_id, step)
);

create table rollback_override (
  override_id text primary key,
  rollback_id text not null,
  status text not null check (status in ('open', 'granted', 'refused', 'expired')),
  rails jsonb not null,
  checklist jsonb not null,
  requested_by text not null,
  comment text not null,
  requested_at bigint not null,
  expires_at bigint not null,
  because text,
  ended_at bigint
);
create index rollback_override_by_rollback on rollback_override (rollback_id);
create index rollback_override_requested_at on rollback_override (requested_at desc, override_id);

create table override_vote (
  override_id text not null,
  role text not null,
  is_approved boolean not null,
  voted_by text not null,
  comment text not null,
  voted_at bigint not null,
  primary key (override_id, role)
);

create table breaker (
  service text primary key,
  status text not null check (status in ('closed', 'open', 'half_open')),
  because text,
  failures int,
  updates int,
  -- Of all that ended.
  healthy bigint not null default 0,
  unhealthy bigint not null default 0,
  changed_at bigint not null
);

-- Updates that are under way.
create table breaker_update (
  service text not null,
  update_id text not null,
  rollout_id text not null,
  node_id text not null,
  began_at bigint not null,
  primary key (service, update_id)
);

create table fallback (
  fallback_id text primary key,
  incident_id text not null,
  customer_id text not null,
  provider text not null,
  status text not null check (status in ('decided', 'running', 'stopped', 'ended')),
  is_dry_run boolean not null,
  commands jsonb not null default '[]',
  answers jsonb not null default '[]',
  because text not null,
  decided_at bigint not null,
  changed_at bigint not null,
  ended_at bigint
);
create index fallback_by_incident on fallback (incident_id);
create index fallback_decided_at on fallback (decided_at desc, fallback_id);

-- A command is part of one of four things.
alter table command add column rollout_id text;
alter table command add column fallback_id text;

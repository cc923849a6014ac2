-- Read tables. Every row here follows from the events alone: a rebuild empties all of them and applies the events again.
-- Times are milliseconds of log time, as in the events.
create table alert (
  alert_id text primary key,
  rule text not null,
  scope text not null,
  key text not null,
  severity text not null,
  state text not null check (state in ('firing', 'unknown', 'resolved')),
  fired_at bigint not null,
  changed_at bigint not null,
  resolved_at bigint,
  reason jsonb not null,
  because text
);
create index alert_open on alert (fired_at) where state <> 'resolved';

create table incident (
  incident_id text primary key,
  title text not null,
  severity text not null,
  status text not null check (status in ('open', 'acknowledged', 'resolved')),
  alert_id text not null,
  rule text not null,
  scope text not null,
  key text not null,
  reason jsonb not null,
  impact jsonb not null,
  peak_impact jsonb not null,
  opened_at bigint not null,
  acknowledged_at bigint,
  acknowledged_by text,
  note text,
  resolved_at bigint,
  because text
);
create index incident_open on incident (opened_at) where status <> 'resolved';

-- Which alerts belong to an incident. A table of its own: the two streams of one append may come in either order.
create table incident_alert (
  incident_id text not null,
  alert_id text not null,
  rule text not null,
  severity text not null,
  joined_at bigint not null,
  primary key (incident_id, alert_id)
);
create index incident_alert_by_alert on incident_alert (alert_id);

create table rollout (
  rollout_id text primary key,
  service text not null,
  release jsonb not null,
  previous jsonb not null,
  status text not null check (status in ('running', 'halted', 'rolled_back')),
  stage text not null,
  started_at bigint not null,
  changed_at bigint not null,
  because text,
  rollback_id text
);

create table rollout_stage (
  rollout_id text not null,
  stage text not null,
  nodes jsonb not null,
  reached_at bigint not null,
  primary key (rollout_id, stage)
);

-- A refusal names no plan: its columns are empty until a rollback is decided.
create table rollback (
  rollback_id text primary key,
  incident_id text not null,
  status text not null check (status in ('refused', 'running', 'stopped', 'completed')),
  rollout_id text,
  service text,
  from_release jsonb,
  to_release jsonb,
  trigger_reason jsonb,
  evidence jsonb not null,
  rails jsonb not null,
  refused_rail text,
  because text,
  decided_at bigint not null,
  ended_at bigint
);
create index rollback_by_incident on rollback (incident_id);

create table rollback_wave (
  rollback_id text not null,
  wave int not null,
  nodes jsonb not null,
  status text not null check (status in ('planned', 'commanded', 'verified')),
  generation bigint,
  command_id text,
  commanded_at bigint,
  verified_at bigint,
  because text,
  primary key (rollback_id, wave)
);

create table rollback_answer (
  rollback_id text not null,
  wave int not null,
  node_id text not null,
  status text not null,
  answered_at bigint not null,
  primary key (rollback_id, wave, node_id)
);

create table command (
  command_id text primary key,
  rollback_id text not null,
  wave int not null,
  generation bigint not null,
  status text not null check (status in ('issued', 'signed')),
  command jsonb not null,
  signed jsonb,
  issued_at bigint not null,
  expires_at bigint not null
);

-- requested_position orders the deliveries of one key: the global order of their events.
create table delivery (
  delivery_id text primary key,
  subject text not null,
  action text not null,
  channel text not null,
  dedup_key text not null,
  body jsonb not null,
  status text not null check (status in ('due', 'delivered', 'gave_up')),
  attempts int not null,
  due_at bigint,
  last_status int,
  last_detail text,
  requested_at bigint not null,
  finished_at bigint,
  requested_position bigint not null
);
create index delivery_due on delivery (due_at) where status = 'due';
create index delivery_unfinished on delivery (channel, dedup_key, requested_position) where status = 'due';

create table node (
  node_id text primary key,
  pop text not null,
  region text not null
);

create table customer (
  customer_id text primary key,
  name text not null,
  tier text not null,
  critical boolean not null
);

create table customer_zone (
  zone text primary key,
  customer_id text not null
);
create index customer_zone_by_customer on customer_zone (customer_id);

create table api_key (
  key_id text primary key,
  name text not null,
  role text not null,
  node_id text,
  secret_hash text not null,
  revoked boolean not null
);

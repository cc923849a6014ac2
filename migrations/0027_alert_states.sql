-- Alerts that are pending (a rule with `for`) have not fired yet; due_at is when a pending one fires and a recovering one resolves.
alter table alert
  alter column fired_at drop not null,
  drop constraint alert_state_check,
  add constraint alert_state_check check (state in ('pending', 'firing', 'unknown', 'recovering', 'resolved')),
  add column begun_at bigint,
  add column due_at bigint,
  add column labels jsonb not null default '{}',
  add column annotations jsonb not null default '{}',
  add column runbook text,
  add column flapping int,
  add column is_late boolean not null default false,
  add column correction jsonb;
update alert set begun_at = fired_at;
alter table alert alter column begun_at set not null;
drop index alert_open;
create index alert_open on alert (begun_at) where state <> 'resolved';
-- The firings of the last half hour are read after a restart.
create index alert_fired on alert (fired_at);

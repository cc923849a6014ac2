-- What dashboards read: columns that stay, whatever becomes of the tables below them. Times are timestamps here, ms in the tables.
-- A view reads with the rights of its owner, so that who may read these alone reads no key, no body of a page and no list of customers.
create view grafana_fleet_minute as
select to_timestamp(minute * 60) as time, (counts -> 'fleet' ->> 0)::bigint as good, (counts -> 'fleet' ->> 1)::bigint as bad,
  (counts -> 'fleet' ->> 2)::bigint as excluded,
  (counts -> 'fleet' ->> 0)::float8 / nullif((counts -> 'fleet' ->> 0)::float8 + (counts -> 'fleet' ->> 1)::float8, 0) as success_ratio
from signal_minute where counts ? 'fleet';

create view grafana_release_minute as
select to_timestamp(minute * 60) as time, split_part(cohort.key, '|', 1) as release, split_part(cohort.key, '|', 2) as region,
  (cohort.value ->> 0)::bigint as good, (cohort.value ->> 1)::bigint as bad, (cohort.value ->> 2)::bigint as excluded,
  (cohort.value ->> 0)::float8 / nullif((cohort.value ->> 0)::float8 + (cohort.value ->> 1)::float8, 0) as success_ratio
from signal_minute, jsonb_each(counts) cohort where cohort.key <> 'fleet';

create view grafana_incident as
select incident_id, title, severity, priority, status, rule, scope, key, owner, acknowledged_by,
  to_timestamp(opened_at / 1000.0) as opened_at, to_timestamp(acknowledged_at / 1000.0) as acknowledged_at,
  to_timestamp(resolved_at / 1000.0) as resolved_at,
  (coalesce(resolved_at, (extract(epoch from now()) * 1000)::bigint) - opened_at) / 1000.0 as seconds,
  (peak_impact ->> 'score')::float8 as peak_score, (peak_impact ->> 'affectedCustomers')::bigint as peak_affected_customers,
  (peak_impact ->> 'dollarsPerMinute')::float8 as peak_dollars_per_minute
from incident;

create view grafana_alert as
select alert_id, rule, scope, key, severity, state, to_timestamp(begun_at / 1000.0) as begun_at,
  to_timestamp(fired_at / 1000.0) as fired_at, to_timestamp(resolved_at / 1000.0) as resolved_at
from alert;

create view grafana_delivery as
select delivery_id, channel, subject, action, status, attempts, is_urgent, to_timestamp(requested_at / 1000.0) as requested_at,
  to_timestamp(finished_at / 1000.0) as finished_at, (finished_at - requested_at) / 1000.0 as seconds, last_status, last_detail
from delivery;

create view grafana_rollout as
select rollout_id, service, concat_ws('+', release ->> 'softwareVersion', release ->> 'configRev') as release,
  concat_ws('+', previous ->> 'softwareVersion', previous ->> 'configRev') as previous, status, stage, mode,
  to_timestamp(coalesce(started_at, declared_at) / 1000.0) as started_at, to_timestamp(changed_at / 1000.0) as changed_at, because
from rollout;

-- Vertical lines: a release that is brought, a rollback that was decided; spans: incidents.
create view grafana_annotation as
select started_at as time, null::timestamptz as time_end, 'release' as kind, 'release ' || release || ' of ' || service as text,
  array['release', service] as tags
from grafana_rollout where started_at is not null
union all
select to_timestamp(decided_at / 1000.0), to_timestamp(ended_at / 1000.0), 'rollback', 'rollback of ' || coalesce(service, '?') || ': ' || status,
  array['rollback', status]
from rollback where decided_at is not null
union all
select opened_at, coalesce(resolved_at, now()), 'incident', title, array['incident', severity]
from grafana_incident;

-- From when on the public is to be told of the end: nothing is due later than that.
alter table status_schedule add column resolved_at bigint;
update status_schedule s set resolved_at = i.resolved_at from incident i where i.incident_id = s.incident_id;

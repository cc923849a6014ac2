-- Every list is read page by page, in the order of one of these; 0034 has those of alerts, redirects, maintenance and silences.
create index incident_opened_at on incident (opened_at desc, incident_id);
create index rollback_decided_at on rollback (decided_at desc, rollback_id);
create index command_generation on command (generation desc, command_id);
create index delivery_requested on delivery (requested_position desc);
drop index status_update_by_time;
create index status_update_by_time on status_update (drafted_at desc, incident_id, n desc);
drop index drill_newest;
create index drill_newest on drill (requested_at desc, drill_id);
drop index release_changed_at;
create index release_changed_at on release ((quarantine is not null) desc, changed_at desc, service, name);
create index breaker_status on breaker ((status <> 'closed') desc, service);

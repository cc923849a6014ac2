-- Rules at their start, and what is told again each minute, ask for what was resolved of late.
create index incident_by_resolution on incident (resolved_at) where status = 'resolved';

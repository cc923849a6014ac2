-- What is known of an act beside its actor: subject, key, request, door and reason. Null where nobody acted through a door; the rows
-- of before keep their hashes, in which it is an element only where it is not null.
alter table event add column audit jsonb;

-- The list of acts, newest first. Acts are few among events: an index of them alone.
create index event_audit on event (position) where audit is not null;
create index event_audit_subject on event ((audit ->> 'subject'), position) where audit is not null;
create index event_audit_actor on event (actor, position) where audit is not null;

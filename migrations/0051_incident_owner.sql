-- Who has an incident now, and until when it is put off; what the first acknowledgement said stays beside it.
alter table incident add column owner text;
alter table incident add column snoozed_until bigint;

-- Whom an incident called, and under which key: each of them is told when it is acknowledged, and when it is over.
create index delivery_call on delivery ((body ->> 'incidentId'), requested_position)
  where subject = 'page' and action in ('trigger', 'escalate');

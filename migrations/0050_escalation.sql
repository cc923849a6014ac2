-- Who is called for an incident: what its escalation is at, and when its next step is due. A read table: every row follows from the
-- events. Times are ms.
create table incident_escalation (
  incident_id text primary key,
  policy jsonb not null,
  state text not null check (state in ('running', 'acknowledged', 'snoozed', 'exhausted', 'ended')),
  level int not null,
  round int not null,
  highest int not null,
  calls int not null,
  because text not null,
  -- Who took it on, or put it off.
  held_by text,
  -- When something is to be done; null: when somebody does something.
  due_at bigint,
  started_at bigint not null,
  changed_at bigint not null
);
create index incident_escalation_due on incident_escalation (due_at) where due_at is not null;

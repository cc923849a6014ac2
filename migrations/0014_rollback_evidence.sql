-- What an operator asks about first: every rail that refused, not only the last; and the gap that each wave has to close.
alter table rollback drop column refused_rail;
alter table rollback add column refusals jsonb not null default '[]';
alter table rollback add column gap jsonb;

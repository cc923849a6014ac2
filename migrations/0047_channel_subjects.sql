-- A channel may also be for the public, and for what was changed.
alter table channel drop constraint channel_subject_check;
alter table channel add constraint channel_subject_check
  check (subject in ('page', 'command', 'notice', 'rollout', 'status', 'change'));
alter table delivery add column address text;
alter table delivery add column person text;
alter table delivery add column is_urgent boolean not null default false;
alter table delivery add column instead_of text;

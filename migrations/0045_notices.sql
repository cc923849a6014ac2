-- A channel may also be for what customers are told.
alter table channel drop constraint channel_subject_check;
alter table channel add constraint channel_subject_check check (subject in ('page', 'command', 'notice'));

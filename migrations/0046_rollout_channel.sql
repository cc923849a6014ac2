-- What becomes of rollouts is told to whoever brings them.
alter table channel drop constraint channel_subject_check;
alter table channel add constraint channel_subject_check check (subject in ('page', 'command', 'notice', 'rollout'));

-- A page that a spool handed over to its delivery: it may have arrived or not. And what its receiver calls it, where it says.
alter table page_spooled drop constraint page_spooled_outcome_check;
alter table page_spooled add constraint page_spooled_outcome_check
  check (outcome in ('delivered', 'gave_up', 'handed_over'));
alter table page_spooled add column is_unknown boolean not null default false;
alter table page_spooled add column receiver_id text;
-- Each page that is held up looks whether a spool has told it.
create index page_spooled_key on page_spooled (dedup_key);

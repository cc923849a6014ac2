-- When files that had been refused said what is in force again: from then on nothing is refused, though no set was loaded.
alter table rule_reload add column refusal_ended_at bigint;

-- How often a send of it was begun since its last recorded attempt: noted in the moment before it is sent, since only then may it have
-- arrived. A claim alone says nothing of that. What is claimed in this moment may be under way.
alter table delivery_claim rename column claims to begun;
alter table delivery_claim alter column begun set default 0;

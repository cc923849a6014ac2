-- The signer may refuse what was issued.
alter table command drop constraint command_status_check;
alter table command add constraint command_status_check check (status in ('issued', 'signed', 'refused'));
alter table command add column refusal text;
-- What is looked for five times a second, and what every signature must exceed.
create index command_issued on command (generation, command_id) where status = 'issued';
create index command_signed on command (generation) where status = 'signed';

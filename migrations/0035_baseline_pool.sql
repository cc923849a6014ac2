-- The state of the baselines of the rules, ten minutes a row: minutes of the fleet, and what each customer was answered. Written in the
-- transaction that moves the position of the rules, so that a restart has exactly what was known there; at most 38 rows. The first byte
-- of a body says its format.
create table baseline_pool (
  pool bigint primary key,
  body bytea not null
);

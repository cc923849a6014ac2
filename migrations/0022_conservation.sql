-- published = counted + late + rejected + gap, per node and in outcomes: each outcome is in one term.
update node_ledger set counted = counted - late;
alter table node_ledger add column published bigint not null default 0;
-- What could not be read has no known outcomes: it was booked as rejected, one for each record, under a boot that no agent has.
alter table node_ledger add column unreadable bigint not null default 0;
update node_ledger set unreadable = rejected, rejected = 0 where agent_boot_id = '';
-- Append time of the newest batch: a boot is looked at no longer than the log keeps what could repeat it.
alter table node_ledger add column last_seen_ms bigint not null default (extract(epoch from now()) * 1000)::bigint;
alter table node_ledger alter column last_seen_ms drop default;
create index node_ledger_seen on node_ledger (last_seen_ms);

-- What the node said it had published before the gap and up to its end; null when it did not say.
alter table batch_gap add column published_before bigint;
alter table batch_gap add column published_after bigint;
alter table batch_gap add column outcomes bigint generated always as (published_after - published_before) stored;
alter table batch_gap add column opened_at_ms bigint not null default 0;
alter table batch_gap alter column opened_at_ms drop default;
alter table batch_gap drop column cause;

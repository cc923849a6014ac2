-- What becomes of a delivery beside being sent: a newer one takes its place, it falls over to another channel, a person has it sent again.
alter table delivery drop constraint delivery_status_check;
alter table delivery add constraint delivery_status_check
  check (status in ('due', 'delivered', 'gave_up', 'superseded'));
-- One of its attempts may have arrived though no answer did; unknown: and the receiver cannot tell a repetition.
alter table delivery add column is_lost boolean not null default false;
alter table delivery add column is_unknown boolean not null default false;
-- Since when, and with how many attempts before, it is tried: a person may have it sent again.
alter table delivery add column asked_at bigint;
update delivery d set asked_at =
  greatest(d.requested_at, (select e.recorded_at_ms from event e where e.position = d.requested_position));
alter table delivery alter column asked_at set not null;
alter table delivery add column attempts_before int not null default 0;
alter table delivery add column receiver_id text;
alter table delivery add column fell_over_to text;
-- The channels through which it went before this one.
alter table delivery add column tried text[] not null default '{}';

create index delivery_claimable on delivery (channel, is_urgent desc, due_at, requested_position) where status = 'due';
create index delivery_key on delivery (dedup_key, channel, requested_position desc);
-- Calls that may have to fall over: a handful at any time, of all that wait.
create index delivery_failing on delivery (asked_at)
  where fell_over_to is null and subject = 'page' and action in ('trigger', 'escalate')
    and (status = 'gave_up' or (status = 'due' and is_urgent));

-- What attempts have told of each receiver; address '' is the one that a channel reaches by itself.
create table delivery_receiver (
  channel text not null,
  address text not null,
  failures int not null,
  open_until bigint not null,
  held_until bigint not null,
  last_delivered_at bigint,
  last_failed_at bigint,
  primary key (channel, address)
);

create table channel_disabled (
  channel text primary key,
  because text not null,
  at bigint not null
);

-- The token buckets, shared by every dispatcher. Not history: a rebuild leaves it alone.
create table delivery_lane (
  channel text not null,
  address text not null,
  tokens double precision,
  urgent_tokens double precision,
  at bigint,
  probe_until bigint not null default 0,
  primary key (channel, address)
);

-- How often it was claimed since its last recorded attempt: more than once means that who claimed it died, perhaps after sending it.
alter table delivery_claim add column claims int not null default 1;

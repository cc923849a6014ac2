-- What pages nobody, and why. Every row follows from the events alone, as in 0011. Times are ms of log time.
create table silence (
  silence_id text primary key,
  selector jsonb not null,
  starts_at bigint not null,
  ends_at bigint not null,
  created_at bigint not null,
  created_by text not null,
  comment text not null,
  -- Who ended it early.
  expired_by text,
  ends_soon boolean not null default false,
  -- Set once it is over: whether it ever muted anything.
  has_matched boolean,
  alerts_muted integer not null default 0
);
create index silence_standing on silence (ends_at) where has_matched is null;

-- One row per occurrence of a window.
create table maintenance (
  maintenance_id text primary key,
  window_name text not null,
  starts_at bigint not null,
  ends_at bigint not null,
  ends_soon boolean not null default false,
  broken_at bigint,
  broken_because text,
  ended_at bigint,
  ended_because text,
  has_matched boolean,
  alerts_muted integer not null default 0
);
create index maintenance_standing on maintenance (starts_at) where ended_at is null;

-- Alerts that are muted now.
create table alert_mute (
  alert_id text primary key,
  mute jsonb not null,
  muted_at bigint not null
);

-- Why no page has left: null once it has.
alter table incident add column muted jsonb;
alter table incident add column causes jsonb not null default '[]';
alter table incident add column causes_because text;

-- Customer escalations, from the events of their streams: a rebuild empties it and applies the events again.
create table customer_escalation (
  escalation_id text primary key,
  customer_id text not null,
  severity text not null,
  state text not null check (state in ('open', 'closed')),
  opened_at bigint not null,
  closed_at bigint
);
create index customer_escalation_open on customer_escalation (opened_at) where state = 'open';

-- What the fleet and its cohorts answered in each minute, `{"<key>": [good, bad, excluded]}`: what burn rates and baselines of the rules
-- look back at, three days of it. No event and no record: it is told again only from here, since `slots` is long gone.
create table signal_minute (
  minute bigint primary key,
  counts jsonb not null
);

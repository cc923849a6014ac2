-- Lists without a filter are in the order of these; alerts are asked for by rule, subject and moment. All of these tables only grow.
create index alert_begun_at on alert (begun_at desc, alert_id);
create index alert_rule_subject on alert (rule, scope, key, fired_at desc);
create index redirect_decided_at on redirect (decided_at desc, redirect_id);
create index maintenance_starts_at on maintenance (starts_at desc, maintenance_id);
create index silence_ends_at on silence ((has_matched is null) desc, ends_at desc, silence_id);

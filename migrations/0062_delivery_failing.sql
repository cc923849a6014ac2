-- Calls that may have to fall over: given up, or tried and not accepted, or urgent and waiting. What can wait and was not tried yet waits
-- for its turn, unless its receiver fails.
drop index delivery_failing;
create index delivery_failing on delivery (asked_at)
  where fell_over_to is null and subject = 'page' and action in ('trigger', 'escalate')
    and (status = 'gave_up' or (status = 'due' and (is_urgent or attempts > attempts_before)));
create index delivery_untried on delivery (channel, asked_at)
  where fell_over_to is null and subject = 'page' and action in ('trigger', 'escalate')
    and status = 'due' and not is_urgent and attempts = attempts_before;

-- What is no call and was given up, and what the public and customers still wait for: that is told through another channel.
create index delivery_lost on delivery (channel, finished_at)
  where status = 'gave_up' and not (subject = 'page' and action in ('trigger', 'escalate'));
create index delivery_late on delivery (channel, asked_at) where status = 'due' and subject in ('status', 'notice');

-- Pages of no incident, the last of each key first: what is open of them is told again to receivers that forget.
create index delivery_standing on delivery (channel, dedup_key, requested_position desc)
  where subject = 'page' and status = 'delivered' and (body ->> 'incidentId') is null;

import { channelKeyOf, type ChannelRecord, LATE_MS, LOST_AGE_MAX_MS } from '#domain';
import type { Queryable } from './database.js';

/** Reads what channels brought and did not bring. */
export interface ChannelRecordRepository {
  /** Of every registered channel that was ever told of, or gave something up, or lets somebody wait. */
  readonly list: (nowMs: number) => Promise<readonly ChannelRecord[]>;
}

const UNBROUGHT = `jsonb_build_object('subject', d.subject, 'action', d.action, 'dedupKey', d.dedup_key, 'lastDetail', d.last_detail)`;

// A test and the page of a drill show by themselves whether they arrive.
const LIST = `
  select c.name as channel, x.channel is not null as "isDisabled", told.row as told,
    (select max(r.last_delivered_at) from delivery_receiver r where r.channel = c.name) as "lastDeliveredAt",
    lost.row as lost, late.row as late
  from channel c left join channel_disabled x on x.channel = c.name
  left join lateral (
    select jsonb_build_object('deliveryId', t.delivery_id, 'action', t.action, 'at', t.requested_at) as row, t.requested_at,
      t.action = 'resolve' as "isOver"
    from delivery t where t.dedup_key = '${channelKeyOf('')}' || c.name order by t.requested_position desc limit 1
  ) told on true
  left join lateral (
    select ${UNBROUGHT} as row from delivery d
    where d.channel = c.name and d.status = 'gave_up' and not (d.subject = 'page' and d.action in ('trigger', 'escalate'))
      and d.body ->> 'isTest' is null and d.body ->> 'drillId' is null
      and d.finished_at > greatest($1::bigint - ${LOST_AGE_MAX_MS}, case when told."isOver" then told.requested_at end)
    order by d.finished_at limit 1
  ) lost on true
  left join lateral (
    select ${UNBROUGHT} as row from delivery d
    where d.channel = c.name and d.status = 'due' and d.subject in ('status', 'notice')
      and d.asked_at <= $1::bigint - ${LATE_MS}
    order by d.asked_at limit 1
  ) late on true
  where told.row is not null or lost.row is not null or late.row is not null
  order by c.name`;

/** Records of channels in PostgreSQL. */
export const createChannelRecordRepository = (database: Queryable): ChannelRecordRepository => ({
  list: (nowMs) => database.query<ChannelRecord>(LIST, [nowMs]),
});

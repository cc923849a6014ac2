import { BREAKER_FAILURES, FALL_OVER_MS, type ToldBefore, type Unsent } from '#domain';
import type { Queryable } from '../database.js';
import type { DeliveryRow, DueDelivery } from './delivery.repository.js';

/** A delivery of a queue, with the version of its stream. */
export interface QueuedDelivery extends Unsent {
  readonly version: number;
}

/** What waits behind a delivery, and what went before it. */
export interface DeliveryQueue {
  /** The oldest first, the asked one included; at most `QUEUE_MAX`. */
  readonly queue: readonly QueuedDelivery[];
  readonly before: ToldBefore;
}

/** A call that was not accepted in its time, or was given up. */
export interface FailingRow extends Pick<
  DueDelivery,
  'deliveryId' | 'subject' | 'action' | 'channel' | 'dedupKey' | 'body' | 'address' | 'person' | 'isUrgent' | 'version'
> {
  readonly status: DeliveryRow['status'];
  readonly lastDetail: string | null;
  readonly askedAt: number;
  readonly tried: readonly string[];
  /** Channels that have accepted the same call. */
  readonly accepted: readonly string[];
  /** Channels that were asked to carry the same call. */
  readonly asked: readonly string[];
  /** What would have told its receiver that it is over; null: it is not. */
  readonly endBody: DeliveryRow['body'] | null;
}

/** A channel as it is now. */
export interface ChannelState {
  readonly name: string;
  readonly subject: string;
  readonly disabledBecause: string | null;
  readonly disabledAt: number | null;
  readonly pending: number;
  readonly oldestPendingAt: number | null;
}

/** Looks at what waits. */
export interface DeliveryQueues {
  readonly queueOf: (delivery: Pick<DueDelivery, 'channel' | 'address' | 'dedupKey'>) => Promise<DeliveryQueue>;
  /** Calls that may leave through another channel of `order`, the oldest first. */
  readonly failing: (nowMs: number, order: readonly string[], limit: number) => Promise<readonly FailingRow[]>;
  readonly channels: () => Promise<readonly ChannelState[]>;
  /** The channels that are disabled, and why. */
  readonly disabled: () => Promise<ReadonlyMap<string, string>>;
}

/** Deliveries of one key that are looked at; what is behind them is looked at when they are gone. */
const QUEUE_MAX = 100;

/** A call that is older was either given up and looked at, or helps nobody any more. */
const FAILING_AGE_MAX_MS = 3 * 3_600_000;

// What a spool has told, or may have told, is not told as if it had never left.
const BY_SPOOL = `exists (select 1 from page_spooled s where s.dedup_key = $2 and s.channel = $1 and $3::text is null
  and (s.outcome = 'delivered' or s.is_unknown))`;

const QUEUE = `
  select d.delivery_id as "deliveryId", d.subject, d.action, d.body, d.attempts,
    d.is_lost or (d.action = 'trigger' and ${BY_SPOOL}) as "isLost",
    d.requested_at as "requestedAt", a.version
  from delivery d join chain_anchor a on a.stream = 'delivery-' || d.delivery_id
  where d.status = 'due' and d.channel = $1 and d.dedup_key = $2 and d.address is not distinct from $3
  order by d.requested_position limit $4`;

const BEFORE = `
  select coalesce(bool_or(status = 'delivered' or is_lost), false) or ${BY_SPOOL} as "isAccepted",
    coalesce(bool_or(status = 'gave_up' and action in ('trigger', 'escalate')), false) as "isCallGivenUp"
  from delivery where channel = $1 and dedup_key = $2 and address is not distinct from $3`;

/**
 * Calls behind each failing receiver that are looked at, the oldest first, so that a look takes some ms. With more the newer ones are
 * looked at when these have fallen over, which takes 200 ms for fifty; where none of them can, all other channels fail as well.
 */
const UNTRIED_MAX = 200;

const CALL = `d.fell_over_to is null and d.subject = 'page' and d.action in ('trigger', 'escalate')`;

// What can wait and was not tried yet waits for its turn, by our own pace, which is no failure; unless its receiver is dead or has enough.
const UNACCEPTED = `
    select d.* from delivery d
    where ${CALL} and d.asked_at > $1::bigint - ${FAILING_AGE_MAX_MS} and (d.status = 'gave_up' or (d.status = 'due' and (d.is_urgent or d.attempts > d.attempts_before)))
    union all
    select untried.* from delivery_receiver r cross join lateral (
      select d.* from delivery d
      where d.channel = r.channel and coalesce(d.address, '') = r.address and ${CALL}
        and d.status = 'due' and not d.is_urgent and d.attempts = d.attempts_before and d.asked_at between $1::bigint - ${FAILING_AGE_MAX_MS} and $1::bigint - ${FALL_OVER_MS}
      order by d.asked_at limit ${UNTRIED_MAX}
    ) untried
    where r.failures >= ${BREAKER_FAILURES} or r.held_until > $1::bigint`;

// A call goes where it has not gone before; one that another channel has accepted is recorded as fallen over to that one. One that is over
// and was not given up stays where it is: its queue tells both at once. Of a fire drill the first page, which is not urgent, and any test
// show whether their channel takes pages: nothing stands in for it.
const FAILING = `
  with unaccepted as (${UNACCEPTED}
  )
  select d.delivery_id as "deliveryId", d.subject, d.action, d.channel, d.dedup_key as "dedupKey", d.body, d.address, d.person,
    d.is_urgent as "isUrgent", d.status, d.last_detail as "lastDetail", d.asked_at as "askedAt", d.tried,
    (select a.version from chain_anchor a where a.stream = 'delivery-' || d.delivery_id) as version,
    array(select distinct o.channel from delivery o where o.dedup_key = d.dedup_key and o.action = d.action
      and o.person is not distinct from d.person and o.status = 'delivered') as accepted,
    array(select distinct o.channel from delivery o where o.dedup_key = d.dedup_key and o.action = d.action
      and o.person is not distinct from d.person) as asked,
    ending.body as "endBody"
  from unaccepted d left join lateral (
    select e.body from delivery e
    where e.dedup_key = d.dedup_key and e.channel = d.channel and e.address is not distinct from d.address
      and e.action = 'resolve' and e.requested_position > d.requested_position
    order by e.requested_position limit 1
  ) ending on true
  where (d.status = 'gave_up' or ending.body is null)
    and (d.is_urgent or d.body ->> 'drillId' is null) and d.body ->> 'isTest' is null
    and (d.status = 'gave_up' or d.asked_at <= $1::bigint - ${FALL_OVER_MS})
    and exists (select 1 from unnest($2::text[]) as next (channel)
      where next.channel <> d.channel and next.channel <> all(d.tried)
        and not exists (select 1 from delivery o
          where o.dedup_key = d.dedup_key and o.action = d.action and o.channel = next.channel
            and o.person is not distinct from d.person and o.status <> 'delivered'))
  order by d.asked_at limit $3`;

const CHANNELS = `
  select c.name, c.subject, x.because as "disabledBecause", x.at as "disabledAt",
    (select count(*) from delivery d where d.status = 'due' and d.channel = c.name) as pending,
    (select min(d.requested_at) from delivery d where d.status = 'due' and d.channel = c.name) as "oldestPendingAt"
  from channel c left join channel_disabled x on x.channel = c.name
  order by c.name`;

/** Queues in PostgreSQL. */
export const createDeliveryQueues = (database: Queryable): DeliveryQueues => ({
  queueOf: async ({ channel, address, dedupKey }) => {
    const queue = await database.query<QueuedDelivery>(QUEUE, [channel, dedupKey, address, QUEUE_MAX]);
    const [before] = await database.query<ToldBefore>(BEFORE, [channel, dedupKey, address]);
    return { queue, before: before ?? { isAccepted: false, isCallGivenUp: false } };
  },
  failing: (nowMs, order, limit) => database.query<FailingRow>(FAILING, [nowMs, order, limit]),
  channels: () => database.query<ChannelState>(CHANNELS),
  disabled: async () => {
    const rows = await database.query<{ channel: string; because: string }>(
      'select channel, because from channel_disabled',
    );
    return new Map(rows.map(({ channel, because }) => [channel, because]));
  },
});

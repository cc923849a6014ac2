import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit, LIST_ROWS_MAX } from './list-limit.js';

/** What a delivery is now. */
export type DeliveryStatus = 'due' | 'delivered' | 'gave_up';

type Requested = EventData<'DeliveryRequested'>;

/** What was requested; what it does not say is null. */
type Sent = Omit<Requested, 'at' | 'address' | 'person' | 'isUrgent' | 'insteadOf'> & {
  readonly address: string | null;
  readonly person: string | null;
  readonly isUrgent: boolean;
  readonly insteadOf: string | null;
};

/** A delivery. Times are ms since the epoch. */
export interface DeliveryRow extends Sent {
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** When the next attempt is due; null when there is none. */
  readonly dueAt: number | null;
  readonly lastStatus: number | null;
  readonly lastDetail: string | null;
  readonly requestedAt: number;
  readonly finishedAt: number | null;
}

/** A delivery that is to be sent now, by nobody else until the claim ends. */
export interface DueDelivery extends Sent {
  /** Attempts so far. */
  readonly attempts: number;
  /** Version of the delivery's stream, for the append of the attempt. */
  readonly version: number;
  readonly requestedAt: number;
}

/** Deliveries: what is to be sent, and who sends it. */
export interface DeliveryRepository {
  /** Newest first. */
  readonly list: (filter: {
    readonly statuses?: readonly DeliveryStatus[];
    readonly dedupKey?: string;
    readonly limit: number;
  }) => Promise<readonly DeliveryRow[]>;
  /**
   * Takes due deliveries for `leaseMs`, of one channel when it is named: of each (channel, dedupKey) only the oldest unfinished one,
   * so that a resolve never overtakes its trigger; of commands only the oldest of the channel, since an executor refuses one that is
   * older than its last. The claim ends when an attempt is appended, when it is released, or by itself.
   */
  readonly claimDue: (
    nowMs: number,
    limit: number,
    leaseMs: number,
    channel?: string,
  ) => Promise<readonly DueDelivery[]>;
  /** The channels that have something due, claimed or not. */
  readonly dueChannels: (nowMs: number) => Promise<readonly string[]>;
  /** Gives a claim back without an attempt. */
  readonly release: (deliveryId: string) => Promise<void>;
}

const LIST = `
  select delivery_id as "deliveryId", subject, action, channel, dedup_key as "dedupKey", body, status, attempts,
    address, person, is_urgent as "isUrgent", instead_of as "insteadOf", due_at as "dueAt", last_status as "lastStatus", last_detail as "lastDetail", requested_at as "requestedAt",
    finished_at as "finishedAt"
  from delivery
  where ($1::text[] is null or status = any($1)) and ($2::text is null or dedup_key = $2)
  order by requested_position desc limit $3`;

// Two claimers that both saw a row free meet at the claim's row: the second finds it taken and gets nothing.
const CLAIM = `
  with free as (
    select d.delivery_id from delivery d
    where d.status = 'due' and d.due_at <= $1 and ($4::text is null or d.channel = $4)
      and not exists (select 1 from delivery_claim c where c.delivery_id = d.delivery_id and c.claimed_until > $1)
      and not exists (select 1 from delivery older
        where older.status = 'due' and older.channel = d.channel
          and (older.dedup_key = d.dedup_key or d.subject = 'command')
          and older.requested_position < d.requested_position)
    order by d.due_at, d.requested_position limit $2
    for update of d skip locked
  ), claimed as (
    insert into delivery_claim as c (delivery_id, claimed_until) select delivery_id, $1::bigint + $3::bigint from free
    on conflict (delivery_id) do update set claimed_until = excluded.claimed_until where c.claimed_until <= $1
    returning delivery_id
  )
  select d.delivery_id as "deliveryId", d.subject, d.action, d.channel, d.dedup_key as "dedupKey", d.body, d.address,
    d.person, d.is_urgent as "isUrgent", d.instead_of as "insteadOf", d.attempts, a.version, d.requested_at as "requestedAt"
  from claimed join delivery d using (delivery_id) join chain_anchor a on a.stream = 'delivery-' || d.delivery_id
  order by d.due_at, d.requested_position`;

/** Ends the claims of deliveries that were attempted; part of the append, not of the projection: claims are not history. */
export const endClaims = (tx: Queryable, deliveryIds: readonly string[]): Promise<unknown> =>
  tx.query('delete from delivery_claim where delivery_id = any($1::text[])', [deliveryIds]);

/** Deliveries in PostgreSQL. */
export const createDeliveryRepository = (database: Queryable): DeliveryRepository => ({
  list: ({ statuses, dedupKey, limit }) =>
    database.query<DeliveryRow>(LIST, [statuses ?? null, dedupKey ?? null, listLimit(limit)]),
  claimDue: (nowMs, limit, leaseMs, channel) =>
    database.query<DueDelivery>(CLAIM, [nowMs, listLimit(limit), leaseMs, channel ?? null]),
  dueChannels: async (nowMs) => {
    const rows = await database.query<{ channel: string }>(
      `select distinct channel from delivery where status = 'due' and due_at <= $1 order by channel limit $2`,
      [nowMs, LIST_ROWS_MAX],
    );
    return rows.map(({ channel }) => channel);
  },
  release: async (deliveryId) => {
    await endClaims(database, [deliveryId]);
  },
});

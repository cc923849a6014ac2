import type { EventData } from '#contracts';
import type { CalledContact } from '#domain';
import type { Queryable } from '../database.js';
import { createList, type List, type Order } from '../keyset.js';
import { listLimit, LIST_ROWS_MAX } from '../list-limit.js';

/** What a delivery may be. */
export const DELIVERY_STATUSES = ['due', 'delivered', 'gave_up', 'superseded'] as const;

/** What a delivery is now. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

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
  /** The receiver may have got it more than once, or not at all. */
  readonly isUnknown: boolean;
  readonly fellOverTo: string | null;
  readonly requestedAt: number;
  readonly finishedAt: number | null;
  /** Of the event that asked for it, in the one global order. */
  readonly requestedPosition: number;
}

/** A delivery that is to be sent now, by nobody else until the claim ends. */
export interface DueDelivery extends Sent {
  /** Attempts so far. */
  readonly attempts: number;
  /** Those of them before somebody had it sent again. */
  readonly attemptsBefore: number;
  /** Since when it is tried. */
  readonly askedAt: number;
  /** An attempt may have arrived though no answer did. */
  readonly isLost: boolean;
  /** The same, at a receiver that cannot tell a repetition. */
  readonly isUnknown: boolean;
  /** How often a send of it was begun since its last recorded attempt: whoever began one has died, or was broken off. */
  readonly begun: number;
  /** Until when it is claimed. */
  readonly claimedUntilMs: number;
  /** What the receiver called what it was last told under the same key, where it said. */
  readonly known: string | null;
  /** Version of the delivery's stream, for the append of the attempt. */
  readonly version: number;
  readonly requestedAt: number;
}

/** Which deliveries are asked for. */
export interface DeliveryFilter {
  readonly statuses?: readonly DeliveryStatus[] | undefined;
  readonly dedupKey?: string | undefined;
  readonly channel?: string | undefined;
  /** Of an incident: under its own key and those of whoever was called above its page. */
  readonly incidentId?: string | undefined;
  readonly subject?: DeliveryRow['subject'] | undefined;
}

/** Receivers that are not claimed for now, by their address. */
export interface NotClaimed {
  readonly all: readonly string[];
  readonly unlessUrgent: readonly string[];
}

/** What is claimed, and for how long. */
export interface ClaimAsk {
  readonly nowMs: number;
  readonly leaseMs: number;
  /** Of all. */
  readonly limit: number;
  /** Of these what is not urgent; absent: all may be. */
  readonly notUrgentLimit?: number | undefined;
  /** Of one channel alone. */
  readonly channel?: string | undefined;
  readonly notClaimed?: NotClaimed | undefined;
}

/** Deliveries: what is to be sent, and who sends it; the newest first in lists. */
export interface DeliveryRepository extends List<DeliveryRow, DeliveryFilter> {
  /**
   * Takes due deliveries for `leaseMs`, urgent ones first: of each (channel, address, dedupKey) only
   * the oldest unfinished one, so that a resolve never overtakes its trigger; of commands only the oldest of the channel, since an
   * executor refuses one that is older than its last. The claim ends when an attempt is appended, when it is released, or by itself.
   */
  readonly claimDue: (ask: ClaimAsk) => Promise<readonly DueDelivery[]>;
  /** Notes that what is claimed is sent now; false where it is claimed so no more, and must not be sent. */
  readonly begin: (claimed: Pick<DueDelivery, 'deliveryId' | 'claimedUntilMs'>) => Promise<boolean>;
  /** The channels that have something due, claimed or not. */
  readonly dueChannels: (nowMs: number) => Promise<readonly string[]>;
  /**
   * Whom an incident called, each receiver once for each key, in the order of the calls. At most `LIST_ROWS_MAX`: ten levels of twenty
   * receivers, gone through five times; whoever was called after those is not told of the end.
   */
  readonly called: (incidentId: string) => Promise<readonly CalledContact[]>;
  /** The incident of the page that a receiver calls so; undefined where it is none of ours, or is about no incident. */
  readonly incidentPagedAs: (channel: string, receiverId: string) => Promise<string | undefined>;
  /** Whether what was last said under a key, of its beginning and its end, is that it is over. */
  readonly isOver: (dedupKey: string) => Promise<boolean>;
  /** Gives a claim back without an attempt; what was begun of it is remembered. */
  readonly release: (deliveryId: string) => Promise<void>;
}

const SELECT = `
  select delivery_id as "deliveryId", subject, action, channel, dedup_key as "dedupKey", body, status, attempts,
    address, person, is_urgent as "isUrgent", instead_of as "insteadOf", due_at as "dueAt", last_status as "lastStatus", last_detail as "lastDetail",
    is_unknown as "isUnknown", fell_over_to as "fellOverTo", requested_at as "requestedAt", finished_at as "finishedAt",
    requested_position as "requestedPosition"
  from delivery`;

/**
 * Under the key of an incident, or one of whoever was called above its page: those begin with it and a colon, and lie between that and
 * the same with the character after the colon. By bytes, as their index has them: a comparison of text finds them alone there.
 */
export const ofIncident = (id: string): string =>
  `(dedup_key = ${id} or dedup_key collate "C" >= ${id} || ':' and dedup_key collate "C" < ${id} || ';')`;

const LISTED = `
  ($1::text[] is null or status = any($1)) and ($2::text is null or dedup_key = $2) and ($3::text is null or channel = $3)
    and ($4::text is null or ${ofIncident('$4')}) and ($5::text is null or subject = $5)`;

const ORDER: Order<DeliveryRow> = {
  list: 'deliveries',
  columns: [{ sql: 'requested_position', kind: 'number', isDescending: true, of: (row) => row.requestedPosition }],
};

const CALLED = `
  select dedup_key as "dedupKey", channel, address, min(person) as person from delivery
  where body ->> 'incidentId' = $1 and subject = 'page' and action in ('trigger', 'escalate')
  group by dedup_key, channel, address order by min(requested_position) limit ${LIST_ROWS_MAX}`;

const PAGED_AS = `
  select body ->> 'incidentId' as "incidentId" from delivery
  where receiver_id = $2 and channel = $1 and subject = 'page' and body ->> 'incidentId' is not null
  order by requested_position desc limit 1`;

const LAST = `
  select action from delivery
  where dedup_key = $1 and subject = 'page' and action in ('trigger', 'escalate', 'resolve')
  order by requested_position desc limit 1`;

// What may be claimed now; the urgent and the others each by a walk of the index of what waits.
const free = (isUrgent: boolean, limit: string): string => `
    select d.delivery_id from delivery d
    where d.status = 'due' and d.due_at <= $1 and ($4::text is null or d.channel = $4) and ${isUrgent ? '' : 'not '}d.is_urgent
      and coalesce(d.address, '') <> all(${isUrgent ? '$5' : '$5::text[] || $6'}::text[])
      and not exists (select 1 from delivery_claim c where c.delivery_id = d.delivery_id and c.claimed_until > $1)
      and not exists (select 1 from delivery older
        where older.status = 'due' and older.channel = d.channel and older.dedup_key = d.dedup_key
          and older.address is not distinct from d.address and older.requested_position < d.requested_position)
      and (d.subject <> 'command' or not exists (select 1 from delivery older
        where older.status = 'due' and older.channel = d.channel and older.subject = 'command'
          and older.requested_position < d.requested_position))
    order by d.due_at, d.requested_position limit ${limit}
    for update of d skip locked`;

// Two claimers that both saw a row free meet at the claim's row: the second finds it taken and gets nothing.
const CLAIM = `
  with urgent as (${free(true, '$2')}
  ), others as (${free(false, 'least($7::bigint, $2 - (select count(*) from urgent))')}
  ), free as (select delivery_id from urgent union all select delivery_id from others
  ), claimed as (
    insert into delivery_claim as c (delivery_id, claimed_until) select delivery_id, $1::bigint + $3::bigint from free
    on conflict (delivery_id) do update set claimed_until = excluded.claimed_until where c.claimed_until <= $1
    returning delivery_id, claimed_until, begun
  )
  select d.delivery_id as "deliveryId", d.subject, d.action, d.channel, d.dedup_key as "dedupKey", d.body, d.address,
    d.person, d.is_urgent as "isUrgent", d.instead_of as "insteadOf", d.attempts, d.attempts_before as "attemptsBefore",
    d.asked_at as "askedAt", d.is_lost as "isLost", d.is_unknown as "isUnknown", claimed.begun, claimed.claimed_until as "claimedUntilMs", a.version,
    (select before.receiver_id from delivery before
      where before.dedup_key = d.dedup_key and before.channel = d.channel and before.receiver_id is not null
        and before.address is not distinct from d.address
      order by before.requested_position desc limit 1) as known,
    d.requested_at as "requestedAt"
  from claimed join delivery d using (delivery_id) join chain_anchor a on a.stream = 'delivery-' || d.delivery_id
  order by d.is_urgent desc, d.due_at, d.requested_position`;

// From one channel to the next by the index, not through all that waits.
const DUE_CHANNELS = `
  with recursive named (channel) as (
    (select channel from delivery where status = 'due' order by channel limit 1)
    union all
    select (select d.channel from delivery d where d.status = 'due' and d.channel > named.channel order by d.channel limit 1)
    from named where named.channel is not null
  )
  select channel from named
  where channel is not null
    and exists (select 1 from delivery d where d.status = 'due' and d.channel = named.channel and d.due_at <= $1)
  order by channel limit $2`;

const NOBODY: NotClaimed = { all: [], unlessUrgent: [] };

const BEGIN =
  'update delivery_claim set begun = begun + 1 where delivery_id = $1 and claimed_until = $2 returning begun';

/** A receiver that one of the ended claims tried may be tried again. */
const END_PROBES = `
  update delivery_lane l set probe_until = 0 from ended join delivery d using (delivery_id)
  where l.channel = d.channel and l.address = coalesce(d.address, '') and l.probe_until > 0`;

const RELEASE = `
  with ended as (update delivery_claim set claimed_until = 0 where delivery_id = $1 returning delivery_id) ${END_PROBES}`;

const END = `
  with ended as (delete from delivery_claim where delivery_id = any($1::text[]) returning delivery_id) ${END_PROBES}`;

/**
 * Ends the claims of deliveries that were attempted or are not sent any more; part of the append, not of the projection: claims are not
 * history.
 */
export const endClaims = (tx: Queryable, deliveryIds: readonly string[]): Promise<unknown> =>
  tx.query(END, [deliveryIds]);

/** Deliveries in PostgreSQL. */
export const createDeliveryRepository = (database: Queryable): DeliveryRepository => ({
  ...createList<DeliveryRow, DeliveryFilter>(
    database,
    ORDER,
    ({ statuses, dedupKey, channel, incidentId, subject }) => ({
      select: SELECT,
      where: LISTED,
      values: [statuses ?? null, dedupKey ?? null, channel ?? null, incidentId ?? null, subject ?? null],
    }),
  ),
  claimDue: ({ nowMs, leaseMs, limit, notUrgentLimit = limit, channel, notClaimed: { all, unlessUrgent } = NOBODY }) =>
    database.query<DueDelivery>(CLAIM, [
      nowMs,
      listLimit(limit),
      leaseMs,
      channel ?? null,
      all,
      unlessUrgent,
      listLimit(notUrgentLimit),
    ]),
  begin: async ({ deliveryId, claimedUntilMs }) =>
    (await database.query<{ begun: number }>(BEGIN, [deliveryId, claimedUntilMs])).length > 0,
  dueChannels: async (nowMs) => {
    const rows = await database.query<{ channel: string }>(DUE_CHANNELS, [nowMs, LIST_ROWS_MAX]);
    return rows.map(({ channel }) => channel);
  },
  called: (incidentId) => database.query<CalledContact>(CALLED, [incidentId]),
  incidentPagedAs: async (channel, receiverId) => {
    const [page] = await database.query<{ incidentId: string }>(PAGED_AS, [channel, receiverId]);
    return page?.incidentId;
  },
  isOver: async (dedupKey) => (await database.query<{ action: string }>(LAST, [dedupKey]))[0]?.action === 'resolve',
  release: async (deliveryId) => {
    await database.query(RELEASE, [deliveryId]);
  },
});

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_DELIVERIES };

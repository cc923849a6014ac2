import type { EventData, RecordedEvent } from '#contracts';
import { evolveReceiver, isUrgentDelivery, UNTRIED, type ReceiverHealth } from '#domain';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const requestedRow = (
  requested: EventData<'DeliveryRequested'>,
  { position, recordedAtMs }: RecordedEvent,
): readonly unknown[] => [
  requested.deliveryId,
  requested.subject,
  requested.action,
  requested.channel,
  requested.dedupKey,
  json(requested.body),
  requested.at,
  position,
  requested.address ?? null,
  requested.person ?? null,
  isUrgentDelivery(requested),
  requested.insteadOf ?? null,
  // What is asked for late, about what was hours ago, is tried from now: its time is not over before it begins.
  Math.max(requested.at, recordedAtMs),
];

const RECEIVER_OF = `
  select d.channel, coalesce(d.address, '') as address, r.failures, r.open_until as "openUntilMs", r.held_until as "heldUntilMs"
  from delivery d left join delivery_receiver r on r.channel = d.channel and r.address = coalesce(d.address, '')
  where d.delivery_id = $1`;

const WRITE_RECEIVER = `
  insert into delivery_receiver (channel, address, failures, open_until, held_until, last_delivered_at, last_failed_at)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (channel, address) do update set failures = excluded.failures, open_until = excluded.open_until,
    held_until = excluded.held_until,
    last_delivered_at = coalesce(excluded.last_delivered_at, delivery_receiver.last_delivered_at),
    last_failed_at = coalesce(excluded.last_failed_at, delivery_receiver.last_failed_at)`;

type ReceiverRow = { channel: string; address: string } & {
  readonly [K in keyof ReceiverHealth]: ReceiverHealth[K] | null;
};

/** What the attempt tells of its receiver, for all deliveries to it. */
const tellReceiver = async (tx: Queryable, attempted: EventData<'DeliveryAttempted'>): Promise<void> => {
  const [row] = await tx.query<ReceiverRow>(RECEIVER_OF, [attempted.deliveryId]);
  if (row === undefined) return;
  const { channel, address, failures, openUntilMs, heldUntilMs } = row;
  const before =
    failures === null || openUntilMs === null || heldUntilMs === null
      ? UNTRIED
      : { failures, openUntilMs, heldUntilMs };
  const after = evolveReceiver(before, attempted);
  const isDelivered = attempted.outcome === 'delivered';
  await tx.query(WRITE_RECEIVER, [
    channel,
    address,
    after.failures,
    after.openUntilMs,
    after.heldUntilMs,
    isDelivered ? attempted.at : null,
    isDelivered ? null : attempted.at,
  ]);
};

const ATTEMPTED = `
  update delivery set status = $2, attempts = $3, due_at = $4, last_status = $5, last_detail = $6, finished_at = $7,
    is_lost = is_lost or $8, is_unknown = is_unknown or $9, receiver_id = coalesce($10, receiver_id)
  where delivery_id = $1`;

/**
 * A delivery is due, at once and again after each attempt that asks for a retry, until it is delivered, given up or superseded; a person
 * has one that was given up sent again. Beside it what attempts tell of receivers, and which channels are disabled.
 */
export const deliveryProjection = projection(['delivery', 'delivery_receiver', 'channel_disabled'], {
  DeliveryRequested: (tx, requested, recorded) =>
    tx.query(
      `insert into delivery (delivery_id, subject, action, channel, dedup_key, body, status, attempts, due_at, requested_at, asked_at,
         requested_position, address, person, is_urgent, instead_of, tried)
       values ($1, $2, $3, $4, $5, $6::jsonb, 'due', 0, $7, $7, $13, $8, $9, $10, $11, $12::text,
         coalesce((select tried || channel from delivery where delivery_id = $12::text), '{}'))`,
      requestedRow(requested, recorded),
    ),
  DeliveryAttempted: async (tx, attempted) => {
    const { deliveryId, attempt, outcome, status, detail, dueAtMs, isLost, isUnknown, receiverId, at } = attempted;
    const finished = outcome !== 'retry';
    await tx.query(ATTEMPTED, [
      deliveryId,
      finished ? outcome : 'due',
      attempt,
      finished ? null : (dueAtMs ?? at),
      status,
      detail,
      finished ? at : null,
      isLost ?? false,
      isUnknown ?? false,
      receiverId ?? null,
    ]);
    await tellReceiver(tx, attempted);
  },
  DeliverySuperseded: (tx, { deliveryId, because, at }) =>
    tx.query(
      `update delivery set status = 'superseded', due_at = null, last_detail = $2, finished_at = $3 where delivery_id = $1`,
      [deliveryId, because, at],
    ),
  DeliveryFellOver: (tx, { deliveryId, toChannel }) =>
    tx.query('update delivery set fell_over_to = $2 where delivery_id = $1', [deliveryId, toChannel]),
  // It may fall over again, to channels that did not carry it: who has it sent again wants it told.
  DeliveryRetried: (tx, { deliveryId, at }) =>
    tx.query(
      `update delivery set status = 'due', due_at = $2, asked_at = $2, finished_at = null, attempts_before = attempts,
         is_unknown = false, fell_over_to = null where delivery_id = $1`,
      [deliveryId, at],
    ),
  ChannelDisabled: (tx, { channel, because, at }) =>
    tx.query(
      `insert into channel_disabled (channel, because, at) values ($1, $2, $3)
       on conflict (channel) do update set because = excluded.because, at = excluded.at`,
      [channel, because, at],
    ),
  ChannelEnabled: (tx, { channel }) => tx.query('delete from channel_disabled where channel = $1', [channel]),
});

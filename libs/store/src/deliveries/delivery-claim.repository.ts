import {
  blockedReceivers,
  type ClaimTerms,
  decideSends,
  type Lanes,
  NEW_RECEIVER,
  type Receiver,
  type ReceiverHealth,
  type Shared,
} from '#domain';
import type { Database, Queryable } from '../database.js';
import { createDeliveryRepository, type DueDelivery } from './delivery.repository.js';

/** How many sends of one channel may begin. */
export interface Places {
  readonly all: number;
  /** Of these, what is not urgent. */
  readonly notUrgent: number;
}

/** Claims under the pace and the breaker of each receiver, which all dispatchers share. */
export interface DeliveryClaims {
  /** Deliveries of the channel that may leave now, at most as many as there are places, the urgent ones first. */
  readonly claim: (channel: string, places: Places, terms: ClaimTerms) => Promise<readonly DueDelivery[]>;
  /** The receivers of every channel, or of one. */
  readonly receivers: (channel?: string) => Promise<readonly ReceiverRow[]>;
}

/** A receiver as it is stored. */
export interface ReceiverRow {
  readonly channel: string;
  readonly address: string;
  readonly failures: number;
  readonly openUntilMs: number;
  readonly heldUntilMs: number;
  readonly lastDeliveredAt: number | null;
  readonly lastFailedAt: number | null;
  readonly tokens: number | null;
  readonly urgentTokens: number | null;
  readonly atMs: number | null;
  /** The bucket that these tokens are of, where others draw from it too. */
  readonly bucket: string | null;
  readonly probeUntilMs: number;
}

const RECEIVERS = `
  select coalesce(r.channel, l.channel) as channel, coalesce(r.address, l.address) as address, coalesce(r.failures, 0) as failures,
    coalesce(r.open_until, 0) as "openUntilMs", coalesce(r.held_until, 0) as "heldUntilMs",
    r.last_delivered_at as "lastDeliveredAt", r.last_failed_at as "lastFailedAt",
    case when b.name is null then l.tokens else b.tokens end as tokens,
    case when b.name is null then l.urgent_tokens else b.urgent_tokens end as "urgentTokens",
    case when b.name is null then l.at else b.at end as "atMs", b.name as bucket, coalesce(l.probe_until, 0) as "probeUntilMs"
  from (select * from delivery_receiver where $1::text is null or channel = $1) r
  full join (select * from delivery_lane where $1::text is null or channel = $1) l
    on l.channel = r.channel and l.address = r.address
  left join delivery_bucket b on b.name = l.bucket
  order by 1, 2`;

type LaneRow = Pick<ReceiverRow, 'tokens' | 'urgentTokens' | 'atMs'>;

const lanesOf = ({ tokens, urgentTokens, atMs }: LaneRow): Lanes | undefined =>
  tokens === null || urgentTokens === null || atMs === null ? undefined : { tokens, urgentTokens, atMs };

const receiverOf = (row: ReceiverRow): Receiver => {
  const { failures, openUntilMs, heldUntilMs, probeUntilMs } = row;
  const health: ReceiverHealth = { failures, openUntilMs, heldUntilMs };
  return { health, lanes: row.bucket === null ? lanesOf(row) : undefined, probeUntilMs };
};

const read = (tx: Queryable, channel?: string): Promise<readonly ReceiverRow[]> =>
  tx.query<ReceiverRow>(RECEIVERS, [channel ?? null]);

const byAddress = (rows: readonly ReceiverRow[]): ReadonlyMap<string, Receiver> =>
  new Map(rows.map((row) => [row.address, receiverOf(row)]));

const BUCKET = 'select tokens, urgent_tokens as "urgentTokens", at as "atMs" from delivery_bucket where name = $1';

const readBucket = async (tx: Queryable, name: string | undefined, isLocked: boolean): Promise<Lanes | undefined> => {
  if (name === undefined) return undefined;
  if (isLocked) await tx.query('insert into delivery_bucket (name) values ($1) on conflict do nothing', [name]);
  const [row] = await tx.query<LaneRow>(isLocked ? `${BUCKET} for update` : BUCKET, [name]);
  return row && lanesOf(row);
};

/**
 * Two dispatchers that draw from the same lanes do it one after the other; always in the order of the addresses, and the bucket behind
 * them: a claim takes one of these at most.
 */
const lock = async (tx: Queryable, channel: string, addresses: readonly string[]): Promise<void> => {
  await tx.query(`insert into delivery_lane (channel, address) select $1, unnest($2::text[]) on conflict do nothing`, [
    channel,
    addresses,
  ]);
  await tx.query(
    'select 1 from delivery_lane where channel = $1 and address = any($2::text[]) order by address for update',
    [channel, addresses],
  );
};

const WRITE = `
  update delivery_lane l set tokens = n.tokens, urgent_tokens = n.urgent_tokens, at = n.at, probe_until = n.probe_until, bucket = $7
  from unnest($2::text[], $3::float8[], $4::float8[], $5::bigint[], $6::bigint[]) as n (address, tokens, urgent_tokens, at, probe_until)
  where l.channel = $1 and l.address = n.address`;

const WRITE_BUCKET = 'update delivery_bucket set tokens = $2, urgent_tokens = $3, at = $4 where name = $1';

const write = async (
  tx: Queryable,
  channel: string,
  addresses: readonly string[],
  { receivers, bucket }: Shared,
  name: string | undefined,
): Promise<void> => {
  const drawn = addresses.map((address) => receivers.get(address) ?? NEW_RECEIVER);
  const lane = (part: keyof Lanes) => drawn.map(({ lanes }) => lanes?.[part] ?? null);
  const probes = drawn.map(({ probeUntilMs }) => probeUntilMs);
  const parts = [lane('tokens'), lane('urgentTokens'), lane('atMs'), probes];
  await tx.query(WRITE, [channel, addresses, ...parts, name ?? null]);
  if (name !== undefined && bucket !== undefined)
    await tx.query(WRITE_BUCKET, [name, bucket.tokens, bucket.urgentTokens, bucket.atMs]);
};

// As if they had not been claimed; what was begun of them before is kept.
const unclaim = (tx: Queryable, deliveryIds: readonly string[]): Promise<unknown> =>
  tx.query('update delivery_claim set claimed_until = 0 where delivery_id = any($1::text[])', [deliveryIds]);

const choose = async (
  tx: Queryable,
  channel: string,
  due: readonly DueDelivery[],
  terms: ClaimTerms,
): Promise<readonly DueDelivery[]> => {
  const candidates = due.map(({ deliveryId, address, isUrgent }) => ({ deliveryId, address: address ?? '', isUrgent }));
  const addresses = [...new Set(candidates.map(({ address }) => address))].toSorted();
  await lock(tx, channel, addresses);
  const name = terms.pace?.bucket;
  const bucket = await readBucket(tx, name, true);
  const sends = decideSends(candidates, { receivers: byAddress(await read(tx, channel)), bucket }, terms);
  await write(tx, channel, addresses, sends, name);
  const { chosen } = sends;
  const left = due.filter(({ deliveryId }) => !chosen.has(deliveryId)).map(({ deliveryId }) => deliveryId);
  if (left.length > 0) await unclaim(tx, left);
  return due.filter(({ deliveryId }) => chosen.has(deliveryId));
};

/** Claims in PostgreSQL. */
export const createDeliveryClaims = (database: Database): DeliveryClaims => ({
  claim: (channel, places, terms) =>
    database.transaction(async (tx) => {
      const bucket = await readBucket(tx, terms.pace?.bucket, false);
      const blocked = blockedReceivers({ receivers: byAddress(await read(tx, channel)), bucket }, terms);
      const { nowMs, leaseMs } = terms;
      const { all: limit, notUrgent: notUrgentLimit } = places;
      const ask = { nowMs, leaseMs, limit, notUrgentLimit, channel, notClaimed: blocked };
      const due = await createDeliveryRepository(tx).claimDue(ask);
      return due.length === 0 ? [] : choose(tx, channel, due, terms);
    }),
  receivers: (channel) => read(database, channel),
});

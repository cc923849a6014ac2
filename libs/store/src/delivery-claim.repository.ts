import {
  blockedReceivers,
  type ClaimTerms,
  decideSends,
  type Lanes,
  NEW_RECEIVER,
  type Receiver,
  type ReceiverHealth,
} from '#domain';
import type { Database, Queryable } from './database.js';
import { createDeliveryRepository, type DueDelivery } from './delivery.repository.js';

/** Claims under the pace and the breaker of each receiver, which all dispatchers share. */
export interface DeliveryClaims {
  /** At most `limit` deliveries of the channel that may leave now, the urgent ones first. */
  readonly claim: (channel: string, limit: number, terms: ClaimTerms) => Promise<readonly DueDelivery[]>;
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
  readonly probeUntilMs: number;
}

const RECEIVERS = `
  select coalesce(r.channel, l.channel) as channel, coalesce(r.address, l.address) as address, coalesce(r.failures, 0) as failures,
    coalesce(r.open_until, 0) as "openUntilMs", coalesce(r.held_until, 0) as "heldUntilMs",
    r.last_delivered_at as "lastDeliveredAt", r.last_failed_at as "lastFailedAt",
    l.tokens, l.urgent_tokens as "urgentTokens", l.at as "atMs", coalesce(l.probe_until, 0) as "probeUntilMs"
  from (select * from delivery_receiver where $1::text is null or channel = $1) r
  full join (select * from delivery_lane where $1::text is null or channel = $1) l
    on l.channel = r.channel and l.address = r.address
  order by 1, 2`;

const lanesOf = ({ tokens, urgentTokens, atMs }: Pick<ReceiverRow, 'tokens' | 'urgentTokens' | 'atMs'>) =>
  tokens === null || urgentTokens === null || atMs === null ? undefined : { tokens, urgentTokens, atMs };

const receiverOf = (row: ReceiverRow): Receiver => {
  const { failures, openUntilMs, heldUntilMs, probeUntilMs } = row;
  const health: ReceiverHealth = { failures, openUntilMs, heldUntilMs };
  return { health, lanes: lanesOf(row), probeUntilMs };
};

const read = (tx: Queryable, channel?: string): Promise<readonly ReceiverRow[]> =>
  tx.query<ReceiverRow>(RECEIVERS, [channel ?? null]);

const byAddress = (rows: readonly ReceiverRow[]): ReadonlyMap<string, Receiver> =>
  new Map(rows.map((row) => [row.address, receiverOf(row)]));

/** Two dispatchers that draw from the same lanes do it one after the other; always in the order of the addresses. */
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
  update delivery_lane l set tokens = n.tokens, urgent_tokens = n.urgent_tokens, at = n.at, probe_until = n.probe_until
  from unnest($2::text[], $3::float8[], $4::float8[], $5::bigint[], $6::bigint[]) as n (address, tokens, urgent_tokens, at, probe_until)
  where l.channel = $1 and l.address = n.address`;

const write = (
  tx: Queryable,
  channel: string,
  receivers: readonly (readonly [string, Receiver])[],
): Promise<unknown> => {
  const lane = (name: keyof Lanes) => receivers.map(([, { lanes }]) => lanes?.[name] ?? null);
  return tx.query(WRITE, [
    channel,
    receivers.map(([address]) => address),
    lane('tokens'),
    lane('urgentTokens'),
    lane('atMs'),
    receivers.map(([, { probeUntilMs }]) => probeUntilMs),
  ]);
};

// As if they had not been claimed; how often they were claimed before is kept.
const unclaim = (tx: Queryable, deliveryIds: readonly string[]): Promise<unknown> =>
  tx.query('update delivery_claim set claimed_until = 0, claims = claims - 1 where delivery_id = any($1::text[])', [
    deliveryIds,
  ]);

const choose = async (
  tx: Queryable,
  channel: string,
  due: readonly DueDelivery[],
  terms: ClaimTerms,
): Promise<readonly DueDelivery[]> => {
  const candidates = due.map(({ deliveryId, address, isUrgent }) => ({ deliveryId, address: address ?? '', isUrgent }));
  const addresses = [...new Set(candidates.map(({ address }) => address))].toSorted();
  await lock(tx, channel, addresses);
  const known = byAddress(await read(tx, channel));
  const { chosen, receivers } = decideSends(candidates, known, terms);
  await write(
    tx,
    channel,
    addresses.map((address) => [address, receivers.get(address) ?? NEW_RECEIVER]),
  );
  const left = due.filter(({ deliveryId }) => !chosen.has(deliveryId)).map(({ deliveryId }) => deliveryId);
  if (left.length > 0) await unclaim(tx, left);
  return due.filter(({ deliveryId }) => chosen.has(deliveryId));
};

/** Claims in PostgreSQL. */
export const createDeliveryClaims = (database: Database): DeliveryClaims => ({
  claim: (channel, limit, terms) =>
    database.transaction(async (tx) => {
      const blocked = blockedReceivers(byAddress(await read(tx, channel)), terms);
      const { nowMs, leaseMs } = terms;
      const due = await createDeliveryRepository(tx).claimDue(nowMs, limit, leaseMs, channel, blocked);
      return due.length === 0 ? [] : choose(tx, channel, due, terms);
    }),
  receivers: (channel) => read(database, channel),
});

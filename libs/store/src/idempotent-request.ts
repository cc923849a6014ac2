import type { Once } from '#contracts';
import type { Queryable } from './database.js';

/** How long a key is remembered: a client that sends again a day later has lost more than an answer. */
const REQUEST_KEPT_MS = 86_400_000;
/** Keys forgotten with each that is taken, so that the table never holds more than those of a day, and no sweep is needed. */
const FORGOTTEN_AT_ONCE = 100;

/** A request that was done. */
export interface DoneRequest {
  /** SHA-256 over what was asked for, hex. */
  readonly hash: string;
  /** Of the first event of what it did. */
  readonly position: number;
}

/**
 * How long a key is claimed by a request that tells something to the log: longer than the log is waited for, and short enough that whoever
 * sends again after a kill is not told to wait for long.
 */
const CLAIM_MS = 60_000;

const FORGET = `
  delete from idempotent_request where (subject, key) in (
    select subject, key from idempotent_request where at_ms <= $1 order by at_ms limit ${FORGOTTEN_AT_ONCE})`;

const TAKE = `
  insert into idempotent_request as r (subject, key, request_hash, position, at_ms) values ($1, $2, $3, $4, $5)
  on conflict (subject, key) do update
    set request_hash = excluded.request_hash, position = excluded.position, at_ms = excluded.at_ms, until_ms = null
    where r.at_ms <= $6
  returning 1`;

/** The request that used a key within the last day; undefined: nobody did, or nothing changed by it. */
export const findDoneRequest = async (
  database: Queryable,
  { subject, key }: Pick<Once, 'subject' | 'key'>,
  nowMs: number,
): Promise<DoneRequest | undefined> => {
  const [done] = await database.query<DoneRequest>(
    'select request_hash as hash, position from idempotent_request where subject = $1 and key = $2 and at_ms > $3',
    [subject, key, nowMs - REQUEST_KEPT_MS],
  );
  return done;
};

/** Takes a key in the transaction of the append; false: it was taken before, and nothing may be appended. */
export const takeKey = async (tx: Queryable, once: Once, position: number, nowMs: number): Promise<boolean> => {
  const until = nowMs - REQUEST_KEPT_MS;
  const taken = await tx.query(TAKE, [once.subject, once.key, once.hash, position, nowMs, until]);
  await tx.query(FORGET, [until]);
  return taken.length > 0;
};

const CLAIM = `
  insert into idempotent_request as r (subject, key, request_hash, position, at_ms, until_ms) values ($1, $2, $3, null, $4, $5)
  on conflict (subject, key) do update
    set request_hash = excluded.request_hash, position = null, at_ms = excluded.at_ms, until_ms = excluded.until_ms
    where r.at_ms <= $6 or r.until_ms <= $4
  returning 1`;

/** A key that is claimed for a request which tells something to the log. */
export interface Claim {
  readonly once: Once;
  readonly atMs: number;
  /** Until when nobody else may claim it, ms. */
  readonly untilMs: number;
}

/** What a claim came to: that the same request was taken before, and when; that it is being taken now; or that the key was another's. */
export type Claimed = Claim | { readonly toldAtMs: number } | 'under way' | 'other';

/** Claims a key for a request that tells something to the log, in no transaction with it. */
export const claimKey = async (database: Queryable, once: Once, nowMs: number): Promise<Claimed> => {
  const { subject, key, hash } = once;
  const [untilMs, forgottenMs] = [nowMs + CLAIM_MS, nowMs - REQUEST_KEPT_MS];
  const claimed = await database.query(CLAIM, [subject, key, hash, nowMs, untilMs, forgottenMs]);
  await database.query(FORGET, [forgottenMs]);
  if (claimed.length > 0) return { once, atMs: nowMs, untilMs };
  const [found] = await database.query<{ readonly hash: string; readonly at: number; readonly until: number | null }>(
    'select request_hash as hash, at_ms as at, until_ms as until from idempotent_request where subject = $1 and key = $2',
    [subject, key],
  );
  if (found?.hash !== hash) return found === undefined ? 'under way' : 'other';
  return found.until === null ? { toldAtMs: found.at } : 'under way';
};

/** The log took what a key was claimed for: the same request is not taken again within a day. */
export const holdKey = (database: Queryable, { once, untilMs }: Claim): Promise<unknown> =>
  database.query('update idempotent_request set until_ms = null where subject = $1 and key = $2 and until_ms = $3', [
    once.subject,
    once.key,
    untilMs,
  ]);

/** Nothing was told: the key may be used again. */
export const freeKey = (database: Queryable, { once, untilMs }: Claim): Promise<unknown> =>
  database.query('delete from idempotent_request where subject = $1 and key = $2 and until_ms = $3', [
    once.subject,
    once.key,
    untilMs,
  ]);

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

const FORGET = `
  delete from idempotent_request where (subject, key) in (
    select subject, key from idempotent_request where at_ms <= $1 order by at_ms limit ${FORGOTTEN_AT_ONCE})`;

const TAKE = `
  insert into idempotent_request as r (subject, key, request_hash, position, at_ms) values ($1, $2, $3, $4, $5)
  on conflict (subject, key) do update
    set request_hash = excluded.request_hash, position = excluded.position, at_ms = excluded.at_ms
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

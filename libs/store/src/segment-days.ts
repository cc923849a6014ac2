import type { Queryable } from './database.js';

/** One day in slots: a partition of `segment`. */
export const SEGMENT_DAY_SLOTS = 86_400;

/**
 * Most partitions of `segment`: a week is kept, and a node with a wrong clock or an old spool adds a few. Days beyond the bound
 * lie in `segment_overflow`, as do days that were there before their partition could be made.
 */
export const SEGMENT_DAYS_MAX = 32;

// Any number nothing else locks: 'segm' in ASCII.
const DAYS_LOCK = 0x7365676d;

const tableOf = (day: number): string => `segment_day_${day}`;
const isDay = (day: number): boolean => Number.isSafeInteger(day) && day >= 0;

const missingDays = async (tx: Queryable, days: readonly number[]): Promise<readonly number[]> => {
  const rows = await tx.query<{ day: number }>(
    `select day from unnest($1::bigint[]) as asked (day) where to_regclass('segment_day_' || day) is null order by day`,
    [days],
  );
  return rows.map(({ day }) => day);
};

const existingDays = async (tx: Queryable): Promise<readonly number[]> => {
  const rows = await tx.query<{ day: number }>(
    `select substr(relid::text, 13)::bigint as day from pg_partition_tree('segment')
     where relid::text like 'segment\\_day\\_%' order by 1`,
  );
  return rows.map(({ day }) => day);
};

const isInOverflow = async (tx: Queryable, day: number): Promise<boolean> => {
  const rows = await tx.query('select 1 from segment_overflow where slot >= $1 and slot < $2 limit 1', [
    day * SEGMENT_DAY_SLOTS,
    (day + 1) * SEGMENT_DAY_SLOTS,
  ]);
  return rows.length > 0;
};

// Made apart and attached: attaching does not stop those who read or write other days.
const makeDay = async (tx: Queryable, day: number): Promise<void> => {
  const table = tableOf(day);
  const [from, to] = [day * SEGMENT_DAY_SLOTS, (day + 1) * SEGMENT_DAY_SLOTS];
  await tx.query(`create table ${table} (like segment including all)`);
  await tx.query(`alter table segment attach partition ${table} for values from (${from}) to (${to})`);
};

/** Makes the partitions of the days that slots lie in, as far as the bound allows; what has none goes to the overflow. */
export const ensureSegmentDays = async (tx: Queryable, slots: readonly number[]): Promise<void> => {
  const days = [...new Set(slots.map((slot) => Math.floor(slot / SEGMENT_DAY_SLOTS)))].filter(isDay);
  if ((await missingDays(tx, days)).length === 0) return;
  await tx.query('select pg_advisory_xact_lock($1)', [DAYS_LOCK]);
  let room = SEGMENT_DAYS_MAX - (await existingDays(tx)).length;
  // Asked again under the lock: another writer may have made them.
  for (const day of await missingDays(tx, days)) {
    if (room <= 0) return;
    if (await isInOverflow(tx, day)) continue;
    await makeDay(tx, day);
    room -= 1;
  }
};

/** Drops whole days that end at or before the slot, and what the overflow holds of them. */
export const dropSegmentDays = async (tx: Queryable, slot: number): Promise<{ readonly days: number }> => {
  await tx.query('select pg_advisory_xact_lock($1)', [DAYS_LOCK]);
  const endDay = Math.floor(slot / SEGMENT_DAY_SLOTS);
  const old = (await existingDays(tx)).filter((day) => day < endDay);
  for (const day of old) await tx.query(`drop table ${tableOf(day)}`);
  await tx.query('delete from segment_overflow where slot < $1', [endDay * SEGMENT_DAY_SLOTS]);
  return { days: old.length };
};

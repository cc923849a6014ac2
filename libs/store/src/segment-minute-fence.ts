import { SLOT_MS } from '#contracts';
import type { Queryable } from './database.js';

/** Slots of a minute. */
export const MINUTE_SLOTS = 60_000 / SLOT_MS;

/** Between those who write segments (shared) and who sums a minute (alone). Any number nothing else locks: 'smin' in ASCII. */
export const MINUTES_LOCK = 0x736d696e;

/**
 * Takes away the minutes that slots lie in: what is written to them in this transaction is not in their sums. Whoever sums a minute holds
 * the other side of the lock, so that it sees either all of a flush or is taken away by it.
 */
export const forgetMinutes = async (tx: Queryable, slots: readonly number[]): Promise<void> => {
  const minutes = [...new Set(slots.map((slot) => Math.floor(slot / MINUTE_SLOTS)))];
  await tx.query('select pg_advisory_xact_lock_shared($1)', [MINUTES_LOCK]);
  await tx.query('delete from segment_minute where minute = any($1::bigint[])', [minutes]);
};

/** Drops minutes before a slot, with the segments that they were made of. */
export const dropMinutesBefore = async (tx: Queryable, slot: number): Promise<void> => {
  await tx.query('delete from segment_minute where minute < $1', [Math.floor(slot / MINUTE_SLOTS)]);
};

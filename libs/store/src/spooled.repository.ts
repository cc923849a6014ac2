import type { Queryable } from './database.js';
import { LIST_ROWS_MAX } from './list-limit.js';

/** A page that left from the spool of a dispatcher. */
export interface SpooledRow {
  readonly spoolId: string;
  readonly outcome: 'delivered' | 'gave_up';
  readonly status: number | null;
  readonly detail: string;
  readonly sentAt: number;
}

/** That a page left, through what and under which key. */
export interface SpooledKey {
  readonly spoolId: string;
  readonly channel: string;
  readonly dedupKey: string;
  readonly outcome: 'delivered' | 'gave_up';
}

/** Reads what left from spools. */
export interface SpooledRepository {
  readonly find: (spoolId: string) => Promise<SpooledRow | undefined>;
  /** The channels through which a key was paged from a spool. */
  readonly channelsOf: (dedupKey: string) => Promise<readonly string[]>;
  /** Pages since a moment whose key begins so, the newest first. */
  readonly sentSince: (prefix: string, sinceMs: number) => Promise<readonly SpooledKey[]>;
}

/** Spooled pages in PostgreSQL. */
export const createSpooledRepository = (database: Queryable): SpooledRepository => ({
  find: async (spoolId) => {
    const rows = await database.query<SpooledRow>(
      `select spool_id as "spoolId", outcome, status, detail, sent_at as "sentAt" from page_spooled where spool_id = $1`,
      [spoolId],
    );
    return rows[0];
  },
  channelsOf: async (dedupKey) => {
    const rows = await database.query<{ channel: string }>(
      `select channel from page_spooled where dedup_key = $1 and outcome = 'delivered' order by channel`,
      [dedupKey],
    );
    return rows.map(({ channel }) => channel);
  },
  sentSince: (prefix, sinceMs) =>
    database.query<SpooledKey>(
      `select spool_id as "spoolId", channel, dedup_key as "dedupKey", outcome from page_spooled
       where sent_at >= $2 and starts_with(dedup_key, $1) order by sent_at desc, spool_id limit $3`,
      [prefix, sinceMs, LIST_ROWS_MAX],
    ),
});

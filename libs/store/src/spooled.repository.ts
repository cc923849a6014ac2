import type { Queryable } from './database.js';

/** A page that left from the spool of a dispatcher. */
export interface SpooledRow {
  readonly spoolId: string;
  readonly outcome: 'delivered' | 'gave_up';
  readonly status: number | null;
  readonly detail: string;
  readonly sentAt: number;
}

/** Reads what left from spools. */
export interface SpooledRepository {
  readonly find: (spoolId: string) => Promise<SpooledRow | undefined>;
  /** The channels through which a key was paged from a spool. */
  readonly channelsOf: (dedupKey: string) => Promise<readonly string[]>;
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
});

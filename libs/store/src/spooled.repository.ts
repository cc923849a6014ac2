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
});

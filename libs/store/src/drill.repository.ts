import type { DrillHop } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';

/** A fire drill. Times are ms since the epoch. */
export interface DrillRow {
  readonly drillId: string;
  readonly status: 'requested' | 'signalled' | 'fired' | 'passed' | 'failed';
  readonly requestedBy: string;
  /** The one channel that was tried; null: all that page. */
  readonly channel: string | null;
  readonly deadlineAt: number;
  readonly requestedAt: number;
  readonly signalledAt: number | null;
  readonly firedAt: number | null;
  readonly finishedAt: number | null;
  /** When each hop was passed; null unless it passed. */
  readonly hops: Readonly<Record<DrillHop, number>> | null;
  /** The first hop that it did not pass; null unless it failed. */
  readonly missed: DrillHop | null;
  readonly because: string | null;
}

/** Reads fire drills. */
export interface DrillRepository {
  /** Newest first. */
  readonly list: (filter: { readonly limit: number; readonly isOpen?: boolean }) => Promise<readonly DrillRow[]>;
  /**
   * Failed drills, the newest first, whose pages stand and that one proves wrong: it was begun after them, and tried what they tried. One
   * channel that takes a page proves nothing of the others.
   */
  readonly failedBefore: (drillId: string, limit: number) => Promise<readonly string[]>;
}

/** Drills in PostgreSQL. */
export const createDrillRepository = (database: Queryable): DrillRepository => ({
  list: ({ limit, isOpen = false }) =>
    database.query<DrillRow>(
      `select drill_id as "drillId", status, requested_by as "requestedBy", channel, deadline_at as "deadlineAt",
         requested_at as "requestedAt", signalled_at as "signalledAt", fired_at as "firedAt",
         finished_at as "finishedAt", hops, missed, because
       from drill where not $2::boolean or finished_at is null order by requested_at desc, drill_id limit $1`,
      [listLimit(limit), isOpen],
    ),
  failedBefore: async (drillId, limit) => {
    const rows = await database.query<{ drillId: string }>(
      `select failed.drill_id as "drillId" from drill failed join drill passed on passed.drill_id = $1
       where failed.status = 'failed' and failed.finished_at <= passed.requested_at
         and (passed.channel is null or passed.channel = failed.channel)
         and not exists (select from delivery where dedup_key = 'drill-' || failed.drill_id || '-failed' and action = 'resolve')
       order by failed.finished_at desc, failed.drill_id limit $2`,
      [drillId, listLimit(limit)],
    );
    return rows.map((row) => row.drillId);
  },
});

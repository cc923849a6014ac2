import type { DrillHop } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';
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

/** Which fire drills. */
export interface DrillFilter {
  readonly isOpen?: boolean;
}

/** Reads fire drills; the newest first in lists. */
export interface DrillRepository extends List<DrillRow, DrillFilter> {
  readonly find: (drillId: string) => Promise<DrillRow | undefined>;
  /**
   * Failed drills, the newest first, whose pages stand and that one proves wrong: it was begun after them, and tried what they tried. One
   * channel that takes a page proves nothing of the others.
   */
  readonly failedBefore: (drillId: string, limit: number) => Promise<readonly string[]>;
}

/** Fire drills. */
export const SELECT_DRILLS = `
  select drill_id as "drillId", status, requested_by as "requestedBy", channel, deadline_at as "deadlineAt",
    requested_at as "requestedAt", signalled_at as "signalledAt", fired_at as "firedAt", finished_at as "finishedAt", hops,
    missed, because
  from drill`;

const ORDER: Order<DrillRow> = {
  list: 'drills',
  columns: [
    { sql: 'requested_at', kind: 'number', isDescending: true, of: (row) => row.requestedAt },
    { sql: 'drill_id', kind: 'text', of: (row) => row.drillId },
  ],
};

/** Drills in PostgreSQL. */
export const createDrillRepository = (database: Queryable): DrillRepository => ({
  ...createList<DrillRow, DrillFilter>(database, ORDER, ({ isOpen = false }) => ({
    select: SELECT_DRILLS,
    where: 'not $1::boolean or finished_at is null',
    values: [isOpen],
  })),
  find: async (drillId) => (await database.query<DrillRow>(`${SELECT_DRILLS} where drill_id = $1`, [drillId]))[0],
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

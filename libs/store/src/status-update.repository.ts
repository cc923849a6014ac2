import { type EventData, isRefusal, type Page, type Refusal, type StatusUpdate } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order, readPage } from './keyset.js';
import { listLimit } from './list-limit.js';

/** What a status update is now; `replaced`: a newer draft took its place, or it was over. */
export const STATUS_UPDATE_STATUSES = ['drafted', 'published', 'discarded', 'replaced'] as const;
/** What a status update is now. */
export type StatusUpdateStatus = (typeof STATUS_UPDATE_STATUSES)[number];

/** One status update. Times are ms of log time. */
export interface StatusUpdateRow {
  readonly incidentId: string;
  readonly n: number;
  readonly status: StatusUpdateStatus;
  /** As it was drafted, or as it was published. */
  readonly update: StatusUpdate;
  readonly customers: EventData<'StatusUpdateDrafted'>['customers'];
  readonly affectedCustomers: number;
  readonly publishBy: number;
  readonly isReviewed: boolean;
  readonly because: string;
  readonly draftedAt: number;
  readonly publishedAt: number | null;
  /** Who published or discarded it. */
  readonly settledBy: string | null;
  /** Why it was discarded. */
  readonly comment: string | null;
}

/** What the public is told of an incident. */
export interface StatusScheduleRow {
  readonly incidentId: string;
  /** `waiting`: nothing was due yet; `held`: it is told nothing, and why. */
  readonly state: 'waiting' | 'held' | 'told' | 'ended';
  /** When somebody looks next; null: nothing is due. */
  readonly dueAt: number | null;
  readonly isOverdue: boolean;
  readonly because: string | null;
}

/** A customer that an update tells. */
export interface ToldCustomer {
  readonly customerId: string;
  readonly name: string;
  /** As the catalogue says now. */
  readonly critical: boolean;
}

/** A page of those that an update tells, critical ones first, then by id. */
export interface ToldCustomersPage extends Page<ToldCustomer> {
  /** All of them, on every page. */
  readonly total: number;
}

/** Which status updates. */
export interface StatusUpdateFilter {
  readonly statuses?: readonly StatusUpdateStatus[] | undefined;
  readonly incidentId?: string | undefined;
}

/** Reads status updates; the newest first in lists. */
export interface StatusUpdateRepository extends List<StatusUpdateRow, StatusUpdateFilter> {
  /** Whom an update tells: who was named or listed by it or by one before. Undefined where there is no such update. */
  readonly customers: (asked: {
    readonly incidentId: string;
    readonly n: number;
    readonly after?: string | undefined;
    readonly limit: number;
  }) => Promise<ToldCustomersPage | Refusal | undefined>;
  readonly schedule: (incidentId: string) => Promise<StatusScheduleRow | undefined>;
  /** Incidents whose public something is due for, the longest due first; one that is held only once it is not to be any more. */
  readonly due: (nowMs: number, limit: number) => Promise<readonly string[]>;
}

const SELECT = `
  select incident_id as "incidentId", n, status, "update", customers, affected_customers as "affectedCustomers",
    publish_by as "publishBy", is_reviewed as "isReviewed", because, drafted_at as "draftedAt",
    published_at as "publishedAt", settled_by as "settledBy", comment
  from status_update`;

// The same as refuseStatusUpdates of the domain: a test holds the two together.
const DUE = `
  select s.incident_id as "incidentId" from status_schedule s join incident i using (incident_id)
  where s.due_at <= $1 and (s.state <> 'held' or i.muted is null and (
    i.priority is not null or i.requests @> '[{"what": "status_update"}]'
    or i.severity = 'critical' and (i.impact ->> 'affectedCustomers')::int > 0))
  order by s.due_at, s.incident_id limit $2`;

const TOTAL = `
  select (select count(*)::int from status_customer c where c.incident_id = u.incident_id and c.n <= u.n) as total
  from status_update u where u.incident_id = $1 and u.n = $2`;

const CUSTOMERS = `
  select s.customer_id as "customerId", s.name, coalesce(c.critical, false) as critical
  from status_customer s left join customer c on c.customer_id = s.customer_id`;

const CRITICAL_FIRST: Order<ToldCustomer> = {
  list: 'status-update-customers',
  columns: [
    { sql: 'coalesce(c.critical, false)', kind: 'boolean', isDescending: true, of: (row) => row.critical },
    { sql: 's.customer_id', kind: 'text', of: (row) => row.customerId },
  ],
};

const ORDER: Order<StatusUpdateRow> = {
  list: 'status-updates',
  columns: [
    { sql: 'drafted_at', kind: 'number', isDescending: true, of: (row) => row.draftedAt },
    { sql: 'incident_id', kind: 'text', of: (row) => row.incidentId },
    { sql: 'n', kind: 'number', isDescending: true, of: (row) => row.n },
  ],
};

/** Status updates in PostgreSQL. */
export const createStatusUpdateRepository = (database: Queryable): StatusUpdateRepository => ({
  ...createList<StatusUpdateRow, StatusUpdateFilter>(database, ORDER, ({ statuses, incidentId }) => ({
    select: SELECT,
    where: '($1::text[] is null or status = any($1)) and ($2::text is null or incident_id = $2)',
    values: [statuses ?? null, incidentId ?? null],
  })),
  customers: async ({ incidentId, n, after, limit }) => {
    const [found] = await database.query<{ total: number }>(TOTAL, [incidentId, n]);
    if (found === undefined) return undefined;
    const query = { select: CUSTOMERS, where: 's.incident_id = $1 and s.n <= $2', values: [incidentId, n] };
    const page = await readPage(database, CRITICAL_FIRST, query, { limit, after });
    return isRefusal(page) ? page : { ...page, total: found.total };
  },
  schedule: async (incidentId) =>
    (
      await database.query<StatusScheduleRow>(
        `select incident_id as "incidentId", state, due_at as "dueAt", is_overdue as "isOverdue", because
         from status_schedule where incident_id = $1`,
        [incidentId],
      )
    )[0],
  due: async (nowMs, limit) => {
    const rows = await database.query<{ incidentId: string }>(DUE, [nowMs, listLimit(limit)]);
    return rows.map(({ incidentId }) => incidentId);
  },
});

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_STATUS_UPDATES };

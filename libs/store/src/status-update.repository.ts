import type { EventData, StatusUpdate } from '#contracts';
import type { Queryable } from './database.js';
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

/** A page of those that an update tells. */
export interface ToldCustomersPage {
  /** Ascending by id. */
  readonly customers: readonly { readonly customerId: string; readonly name: string }[];
  /** All of them, on every page. */
  readonly total: number;
  /** What the next page comes after; null: this is the last. */
  readonly next: string | null;
}

/** Reads status updates. */
export interface StatusUpdateRepository {
  /** Newest first. */
  readonly list: (filter: {
    readonly statuses?: readonly StatusUpdateStatus[];
    readonly incidentId?: string;
    readonly limit: number;
  }) => Promise<readonly StatusUpdateRow[]>;
  /** Whom an update tells: who was named or listed by it or by one before. Undefined where there is no such update. */
  readonly customers: (asked: {
    readonly incidentId: string;
    readonly n: number;
    readonly after?: string | undefined;
    readonly limit: number;
  }) => Promise<ToldCustomersPage | undefined>;
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
  select customer_id as "customerId", name from status_customer
  where incident_id = $1 and n <= $2 and ($3::text is null or customer_id > $3) order by customer_id limit $4`;

/** Status updates in PostgreSQL. */
export const createStatusUpdateRepository = (database: Queryable): StatusUpdateRepository => ({
  list: ({ statuses, incidentId, limit }) =>
    database.query<StatusUpdateRow>(
      `${SELECT} where ($1::text[] is null or status = any($1)) and ($2::text is null or incident_id = $2)
       order by drafted_at desc, incident_id, n desc limit $3`,
      [statuses ?? null, incidentId ?? null, listLimit(limit)],
    ),
  customers: async ({ incidentId, n, after, limit }) => {
    const [found] = await database.query<{ total: number }>(TOTAL, [incidentId, n]);
    if (found === undefined) return undefined;
    // One more than the page tells whether another follows.
    const most = listLimit(limit);
    const asked = [incidentId, n, after ?? null, most + 1];
    const rows = await database.query<ToldCustomersPage['customers'][number]>(CUSTOMERS, asked);
    const customers = rows.slice(0, most);
    const next = rows.length > most ? (customers.at(-1)?.customerId ?? null) : null;
    return { customers, total: found.total, next };
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

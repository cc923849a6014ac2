import { type EventData, isRefusal, mapPage, type Reason } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';

/** What a redirect is now. */
export const REDIRECT_STATUSES = [
  'refused',
  'decided',
  'draining',
  'drained',
  'verified',
  'resuming',
  'stopped',
  'ended',
] as const;
/** What a redirect is now. */
export type RedirectStatus = (typeof REDIRECT_STATUSES)[number];

/** A node's last answer to one of the commands of a redirect. */
export interface RedirectAnswerRow {
  readonly action: 'drain' | 'resume';
  readonly nodeId: string;
  readonly status: string;
  readonly answeredAt: number;
}

/** Traffic that is moved, or was to be. What only a decision knows is null while there is none but a refusal. */
export interface RedirectRow {
  readonly redirectId: string;
  readonly incidentId: string;
  readonly alertId: string;
  readonly status: RedirectStatus;
  readonly scope: EventData<'RedirectDecided'>['scope'] | null;
  readonly key: string | null;
  readonly nodes: readonly string[];
  readonly siblings: readonly string[];
  readonly trigger: Reason | null;
  readonly rails: EventData<'RedirectDecided'>['rails'];
  readonly refusals: readonly { readonly rail: string; readonly because: string; readonly at: number }[];
  readonly commands: readonly Omit<EventData<'RedirectCommanded'>, 'redirectId'>[];
  readonly answers: readonly RedirectAnswerRow[];
  /** The last step, in words. */
  readonly because: string | null;
  readonly decidedAt: number;
  readonly changedAt: number;
  readonly endedAt: number | null;
}

/** Which redirects. */
export interface RedirectFilter {
  readonly statuses?: readonly RedirectStatus[] | undefined;
  readonly incidentId?: string | undefined;
}

/** Reads redirects; the newest first in lists. */
export interface RedirectRepository extends List<RedirectRow, RedirectFilter> {
  readonly find: (redirectId: string) => Promise<RedirectRow | undefined>;
}

const COLUMNS = `
  select r.redirect_id as "redirectId", r.incident_id as "incidentId", r.alert_id as "alertId", r.status, r.scope, r.key, r.nodes,
    r.siblings, r.trigger_reason as "trigger", r.rails, r.refusals, r.commands, r.because, r.decided_at as "decidedAt",
    r.changed_at as "changedAt", r.ended_at as "endedAt",
    (select coalesce(jsonb_agg(jsonb_build_object('action', a.action, 'nodeId', a.node_id, 'status', a.status,
       'answeredAt', a.answered_at) order by a.action, a.node_id), '[]')
     from redirect_answer a where a.redirect_id = r.redirect_id) as answers`;

const SELECT = `${COLUMNS} from redirect r`;

/**
 * Where it was first told of: set once, unlike `decided_at`, which moves from what was asked for or refused to what is decided. One look into
 * the index of streams for each row that fits, of which there are some hundreds a year.
 */
const FIRST = `(select e.position from event e where e.stream = 'redirect-' || r.redirect_id and e.version = 1)`;

interface Placed {
  readonly firstPosition: number;
}

const SELECT_PLACED = `${COLUMNS}, ${FIRST} as "firstPosition" from redirect r`;

const ORDER: Order<RedirectRow & Placed> = {
  list: 'redirects',
  columns: [{ sql: FIRST, kind: 'number', isDescending: true, of: ({ firstPosition }) => firstPosition }],
};

const withoutPlace = ({ firstPosition: _place, ...row }: RedirectRow & Placed): RedirectRow => row;

/** Redirects in PostgreSQL. */
export const createRedirectRepository = (database: Queryable): RedirectRepository => {
  const placed = createList<RedirectRow & Placed, RedirectFilter>(database, ORDER, ({ statuses, incidentId }) => ({
    select: SELECT_PLACED,
    where: '($1::text[] is null or r.status = any($1)) and ($2::text is null or r.incident_id = $2)',
    values: [statuses ?? null, incidentId ?? null],
  }));
  return {
    list: async (filter) => (await placed.list(filter)).map(withoutPlace),
    page: async (ask) => {
      const page = await placed.page(ask);
      return isRefusal(page) ? page : mapPage(page, withoutPlace);
    },
    find: async (redirectId) =>
      (await database.query<RedirectRow>(`${SELECT} where r.redirect_id = $1`, [redirectId]))[0],
  };
};

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_REDIRECTS };

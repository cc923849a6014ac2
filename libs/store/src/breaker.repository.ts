import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';

/** The circuit breaker of one service. Times are ms of log time. */
export interface BreakerRow {
  readonly service: string;
  readonly status: 'closed' | 'open' | 'half_open';
  /** Why it opened or closed last. */
  readonly because: string | null;
  /** At its last opening: failures, of so many updates. */
  readonly failures: number | null;
  readonly updates: number | null;
  /** Of all updates that ended. */
  readonly healthy: number;
  readonly unhealthy: number;
  readonly changedAt: number;
  readonly running: readonly {
    readonly updateId: string;
    readonly rolloutId: string;
    readonly nodeId: string;
    readonly beganAt: number;
  }[];
}

/** Reads circuit breakers; those that are not closed first, so that one that opens meanwhile changes its place. */
export interface BreakerRepository extends List<BreakerRow> {}

const SELECT = `
  select b.service, b.status, b.because, b.failures, b.updates, b.healthy, b.unhealthy, b.changed_at as "changedAt",
    (select coalesce(jsonb_agg(jsonb_build_object('updateId', u.update_id, 'rolloutId', u.rollout_id, 'nodeId', u.node_id,
       'beganAt', u.began_at) order by u.began_at, u.update_id), '[]')
     from breaker_update u where u.service = b.service) as running
  from breaker b`;

const ORDER: Order<BreakerRow> = {
  list: 'breakers',
  columns: [
    { sql: "(b.status <> 'closed')", kind: 'boolean', isDescending: true, of: (row) => row.status !== 'closed' },
    { sql: 'b.service', kind: 'text', of: (row) => row.service },
  ],
};

/** Circuit breakers in PostgreSQL. */
export const createBreakerRepository = (database: Queryable): BreakerRepository => ({
  ...createList<BreakerRow>(database, ORDER, () => ({ select: SELECT })),
});

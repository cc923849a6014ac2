import type { Queryable } from '../database.js';
import { projection } from './projection.js';

interface Became {
  readonly service: string;
  readonly because?: string;
  readonly failures?: number;
  readonly updates?: number;
  readonly at: number;
}

const become = (tx: Queryable, status: 'closed' | 'open' | 'half_open', became: Became): Promise<unknown> =>
  tx.query(
    `insert into breaker (service, status, because, failures, updates, changed_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (service) do update set status = excluded.status, because = coalesce(excluded.because, breaker.because),
       failures = coalesce(excluded.failures, breaker.failures), updates = coalesce(excluded.updates, breaker.updates),
       changed_at = excluded.changed_at`,
    [became.service, status, became.because ?? null, became.failures ?? null, became.updates ?? null, became.at],
  );

interface Begun {
  readonly service: string;
  readonly updateId: string;
  readonly rolloutId: string;
  readonly nodeId: string;
  readonly at: number;
}

const begin = async (tx: Queryable, { service, updateId, rolloutId, nodeId, at }: Begun): Promise<void> => {
  await tx.query(
    `insert into breaker (service, status, changed_at) values ($1, 'closed', $2) on conflict (service) do nothing`,
    [service, at],
  );
  await tx.query(
    'insert into breaker_update (service, update_id, rollout_id, node_id, began_at) values ($1, $2, $3, $4, $5)',
    [service, updateId, rolloutId, nodeId, at],
  );
};

/** The circuit breaker of each service, and the updates that are under way: as many as it lets begin. */
export const breakerProjection = projection(['breaker', 'breaker_update'], {
  UpdateBegan: begin,
  UpdateEnded: async (tx, { service, updateId, isHealthy }) => {
    await tx.query('delete from breaker_update where service = $1 and update_id = $2', [service, updateId]);
    await tx.query(
      `update breaker set healthy = healthy + $2::int, unhealthy = unhealthy + (1 - $2::int) where service = $1`,
      [service, isHealthy ? 1 : 0],
    );
  },
  BreakerOpened: (tx, opened) => become(tx, 'open', opened),
  BreakerHalfOpened: (tx, half) => become(tx, 'half_open', half),
  BreakerClosed: (tx, closed) => become(tx, 'closed', closed),
});

import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';

/** A release as events name it. */
export type ReleaseRow = EventData<'RolloutStarted'>['release'];
/** What a rollout is now. */
export type RolloutStatus = 'running' | 'halted' | 'rolled_back';

/** A rollout. Times are ms of log time. */
export interface RolloutRow {
  readonly rolloutId: string;
  readonly service: string;
  readonly release: ReleaseRow;
  readonly previous: ReleaseRow;
  readonly status: RolloutStatus;
  /** The stage it reached last. */
  readonly stage: string;
  /** In the order in which they were reached. */
  readonly stages: readonly { readonly stage: string; readonly nodes: readonly string[]; readonly reachedAt: number }[];
  readonly startedAt: number;
  readonly changedAt: number;
  /** Why it was halted. */
  readonly because: string | null;
  readonly rollbackId: string | null;
}

/** Reads rollouts. */
export interface RolloutRepository {
  /** Newest first. */
  readonly list: (filter: {
    readonly statuses?: readonly RolloutStatus[];
    readonly limit: number;
  }) => Promise<readonly RolloutRow[]>;
  readonly find: (rolloutId: string) => Promise<RolloutRow | undefined>;
}

const SELECT = `
  select r.rollout_id as "rolloutId", r.service, r.release, r.previous, r.status, r.stage, r.started_at as "startedAt",
    r.changed_at as "changedAt", r.because, r.rollback_id as "rollbackId",
    (select coalesce(jsonb_agg(jsonb_build_object('stage', s.stage, 'nodes', s.nodes, 'reachedAt', s.reached_at)
       order by s.reached_at, s.stage), '[]') from rollout_stage s where s.rollout_id = r.rollout_id) as stages
  from rollout r`;

/** Rollouts in PostgreSQL. */
export const createRolloutRepository = (database: Queryable): RolloutRepository => ({
  list: ({ statuses, limit }) =>
    database.query<RolloutRow>(
      `${SELECT} where $1::text[] is null or r.status = any($1) order by r.started_at desc, r.rollout_id limit $2`,
      [statuses ?? null, listLimit(limit)],
    ),
  find: async (rolloutId) => (await database.query<RolloutRow>(`${SELECT} where r.rollout_id = $1`, [rolloutId]))[0],
});

import type { EventData, Reason } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';
import type { ReleaseRow } from './rollout.repository.js';

/** What a rollback is now. */
export type RollbackStatus = 'refused' | 'running' | 'stopped' | 'completed';

/** A node's last answer to the command of its wave. */
export interface WaveAnswerRow {
  readonly nodeId: string;
  readonly status: string;
  readonly answeredAt: number;
}

/** One wave of a rollback. */
export interface WaveRow {
  /** From 1. */
  readonly wave: number;
  readonly nodes: readonly string[];
  readonly status: 'planned' | 'commanded' | 'verified';
  readonly generation: number | null;
  readonly commandId: string | null;
  readonly commandedAt: number | null;
  readonly verifiedAt: number | null;
  /** What verified it. */
  readonly because: string | null;
  readonly answers: readonly WaveAnswerRow[];
}

/** A rollback. What only a decision knows is null while there is none but a refusal. Times are ms of log time. */
export interface RollbackRow {
  readonly rollbackId: string;
  readonly incidentId: string;
  readonly status: RollbackStatus;
  readonly rolloutId: string | null;
  readonly service: string | null;
  readonly from: ReleaseRow | null;
  readonly to: ReleaseRow | null;
  readonly trigger: Reason | null;
  readonly evidence: readonly Reason[];
  readonly rails: EventData<'RollbackDecided'>['rails'];
  /** Every refusal, in order, also those before a decision. */
  readonly refusals: readonly { readonly rail: string; readonly because: string; readonly at: number }[];
  /** Success, per cent, of the release and of its control at the decision. */
  readonly gap: EventData<'RollbackDecided'>['gap'] | null;
  /** Why it was refused, stopped or completed. */
  readonly because: string | null;
  readonly decidedAt: number;
  readonly endedAt: number | null;
  readonly waves: readonly WaveRow[];
}

/** Reads rollbacks. */
export interface RollbackRepository {
  /** Newest first. */
  readonly list: (filter: {
    readonly statuses?: readonly RollbackStatus[];
    readonly incidentId?: string;
    readonly limit: number;
  }) => Promise<readonly RollbackRow[]>;
  readonly find: (rollbackId: string) => Promise<RollbackRow | undefined>;
}

const ANSWERS = `
  (select coalesce(jsonb_agg(jsonb_build_object('nodeId', a.node_id, 'status', a.status, 'answeredAt', a.answered_at)
     order by a.node_id), '[]')
   from rollback_answer a where a.rollback_id = w.rollback_id and a.wave = w.wave)`;

const WAVES = `
  (select coalesce(jsonb_agg(jsonb_build_object('wave', w.wave, 'nodes', w.nodes, 'status', w.status,
     'generation', w.generation, 'commandId', w.command_id, 'commandedAt', w.commanded_at, 'verifiedAt', w.verified_at,
     'because', w.because, 'answers', ${ANSWERS}) order by w.wave), '[]')
   from rollback_wave w where w.rollback_id = r.rollback_id)`;

const SELECT = `
  select r.rollback_id as "rollbackId", r.incident_id as "incidentId", r.status, r.rollout_id as "rolloutId", r.service,
    r.from_release as "from", r.to_release as "to", r.trigger_reason as "trigger", r.evidence, r.rails,
    r.refusals, r.gap, r.because, r.decided_at as "decidedAt", r.ended_at as "endedAt", ${WAVES} as waves
  from rollback r`;

/** Rollbacks in PostgreSQL. */
export const createRollbackRepository = (database: Queryable): RollbackRepository => ({
  list: ({ statuses, incidentId, limit }) =>
    database.query<RollbackRow>(
      `${SELECT} where ($1::text[] is null or r.status = any($1)) and ($2::text is null or r.incident_id = $2)
       order by r.decided_at desc, r.rollback_id limit $3`,
      [statuses ?? null, incidentId ?? null, listLimit(limit)],
    ),
  find: async (rollbackId) =>
    (await database.query<RollbackRow>(`${SELECT} where r.rollback_id = $1`, [rollbackId]))[0],
});

import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';

/** A release as events name it. */
export type ReleaseRow = EventData<'RolloutStarted'>['release'];

/** What a rollout is now. */
export const ROLLOUT_STATUSES = ['declared', 'running', 'halted', 'completed', 'ended', 'rolled_back'] as const;
/** What a rollout is now. */
export type RolloutStatus = (typeof ROLLOUT_STATUSES)[number];

type Told<T> = Omit<T, 'rolloutId'>;

/** What the pre-flight of a rollout has; what is absent was not told yet. */
export interface PreflightRow {
  readonly risk?: Told<EventData<'RiskAssessed'>>;
  readonly impact?: Told<EventData<'BlastRadiusComputed'>>;
  readonly loadTest?: Told<EventData<'LoadTested'>>;
  readonly overridden?: readonly Told<EventData<'PreflightOverridden'>>[];
  /** What the last start that was asked for lacked; gone once it started. */
  readonly missing?: EventData<'PreflightBlocked'>['missing'];
}

/** One thing that people, the gate or Tocsin did about a rollout. */
export interface RolloutStepRow {
  readonly what: 'start_requested' | 'approved' | 'halt_requested' | 'halt_commanded' | 'promoted' | 'commanded';
  readonly stage?: string;
  readonly next?: string;
  readonly by?: string;
  readonly note?: string;
  readonly comment?: string;
  readonly because?: string;
  readonly commandId?: string;
  readonly generation?: number;
  /** How many of them. */
  readonly nodes?: number;
  readonly at: number;
}

/** The last word on a node of a rollout that Tocsin drives. */
export interface NodeUpdateRow {
  readonly nodeId: string;
  readonly stage: string;
  readonly status: EventData<'NodeUpdated'>['status'];
  readonly probes: number | null;
  readonly passed: number | null;
  readonly detail: string;
  readonly updatedAt: number;
}

/** A rollout. Times are ms of log time. */
export interface RolloutRow {
  readonly rolloutId: string;
  readonly service: string;
  readonly release: ReleaseRow;
  readonly previous: ReleaseRow;
  readonly status: RolloutStatus;
  readonly mode: EventData<'RolloutDeclared'>['mode'];
  readonly origin: NonNullable<EventData<'RolloutStarted'>['origin']>;
  /** null where nobody declared one. */
  readonly plan: EventData<'RolloutDeclared'>['plan'] | null;
  /** Whom it is for; empty: every node of the inventory. */
  readonly nodes: readonly string[];
  readonly declaredAt: number | null;
  readonly declaredBy: string | null;
  /** The stage it reached last; null before the first. */
  readonly stage: string | null;
  /** In the order in which they were reached. */
  readonly stages: readonly { readonly stage: string; readonly nodes: readonly string[]; readonly reachedAt: number }[];
  readonly startedAt: number | null;
  readonly changedAt: number;
  /** Why it was halted, completed or ended. */
  readonly because: string | null;
  readonly rollbackId: string | null;
  readonly preflight: PreflightRow;
  readonly gateMeasured: Told<EventData<'GateMeasured'>> | null;
  readonly gateDecided: Told<EventData<'GateDecided'>> | null;
  readonly gateOverdue: Told<EventData<'GateOverdue'>> | null;
  readonly steps: readonly RolloutStepRow[];
  readonly updates: readonly NodeUpdateRow[];
}

/** Which rollouts. */
export interface RolloutFilter {
  readonly statuses?: readonly RolloutStatus[] | undefined;
}

/** Reads rollouts; the newest first in lists. */
export interface RolloutRepository extends List<RolloutRow, RolloutFilter> {
  readonly find: (rolloutId: string) => Promise<RolloutRow | undefined>;
}

const STAGES = `
  (select coalesce(jsonb_agg(jsonb_build_object('stage', s.stage, 'nodes', s.nodes, 'reachedAt', s.reached_at)
     order by s.reached_at, s.stage), '[]') from rollout_stage s where s.rollout_id = r.rollout_id)`;

const UPDATES = `
  (select coalesce(jsonb_agg(jsonb_build_object('nodeId', u.node_id, 'stage', u.stage, 'status', u.status, 'probes', u.probes,
     'passed', u.passed, 'detail', u.detail, 'updatedAt', u.updated_at) order by u.updated_at, u.node_id), '[]')
   from rollout_update u where u.rollout_id = r.rollout_id)`;

const SELECT = `
  select r.rollout_id as "rolloutId", r.service, r.release, r.previous, r.status, r.mode, r.origin, r.plan, r.nodes,
    r.declared_at as "declaredAt", r.declared_by as "declaredBy", r.stage, r.started_at as "startedAt",
    r.changed_at as "changedAt", r.because, r.rollback_id as "rollbackId", r.preflight, r.gate_measured as "gateMeasured",
    r.gate_decided as "gateDecided", r.gate_overdue as "gateOverdue", r.steps, ${STAGES} as stages, ${UPDATES} as updates
  from rollout r`;

const ORDER: Order<RolloutRow> = {
  list: 'rollouts',
  columns: [
    {
      sql: 'coalesce(r.started_at, r.declared_at)',
      kind: 'number',
      isDescending: true,
      of: (row) => row.startedAt ?? row.declaredAt ?? 0,
    },
    { sql: 'r.rollout_id', kind: 'text', of: (row) => row.rolloutId },
  ],
};

/** Rollouts in PostgreSQL. */
export const createRolloutRepository = (database: Queryable): RolloutRepository => ({
  ...createList<RolloutRow, RolloutFilter>(database, ORDER, ({ statuses }) => ({
    select: SELECT,
    where: '($1::text[] is null or r.status = any($1))',
    values: [statuses ?? null],
  })),
  find: async (rolloutId) => (await database.query<RolloutRow>(`${SELECT} where r.rollout_id = $1`, [rolloutId]))[0],
});

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_ROLLOUTS };

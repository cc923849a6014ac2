import { type EventData, isRefusal, mapPage, type Reason } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';
import type { ReleaseRow } from './rollout.repository.js';

/** What a rollback is now. */
export const ROLLBACK_STATUSES = ['requested', 'proposed', 'refused', 'running', 'stopped', 'completed'] as const;
/** What a rollback is now. */
export type RollbackStatus = (typeof ROLLBACK_STATUSES)[number];

type Told<T> = Omit<T, 'rollbackId'>;

/** A node's last answer to the command of its wave. */
export interface WaveAnswerRow {
  readonly nodeId: string;
  readonly status: string;
  readonly answeredAt: number;
}

/** How far a node of a wave has come: its last word on one of the four steps. */
export interface WaveStepRow {
  readonly nodeId: string;
  readonly step: EventData<'WaveStepAnswered'>['step'];
  readonly status: string;
  readonly detail: string;
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
  /** In the order in which they were told. */
  readonly steps: readonly WaveStepRow[];
  /** Each time its command was sent again, and how many nodes were missing. */
  readonly repeats: readonly { readonly commandId: string; readonly missing: number; readonly at: number }[];
}

/** A rollback. What only a decision knows is null while there is none. Times are ms of log time. */
export interface RollbackRow {
  readonly rollbackId: string;
  /** null while a person asked for it and nothing was decided. */
  readonly incidentId: string | null;
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
  /** Who asked for it. */
  readonly request: Omit<EventData<'RollbackRequested'>, 'rollbackId' | 'rolloutId'> | null;
  /** What was proposed to a person, and who said yes to it. */
  readonly proposal: Omit<EventData<'RollbackProposed'>, 'rollbackId' | 'incidentId' | 'rolloutId'> | null;
  readonly approval: Told<EventData<'RollbackApproved'>> | null;
  /** Who asked for what was decided; null: nobody, a trigger held. */
  readonly decidedBy: string | null;
  /** The override that opened its rails. */
  readonly overrideId: string | null;
  /** What whoever has a stake was told in the end. */
  readonly told: Told<EventData<'StakeholdersNotified'>> | null;
  /** Why it was proposed, refused, stopped or completed. */
  readonly because: string | null;
  readonly decidedAt: number;
  readonly endedAt: number | null;
  readonly waves: readonly WaveRow[];
}

/** Which rollbacks. */
export interface RollbackFilter {
  readonly statuses?: readonly RollbackStatus[] | undefined;
  readonly incidentId?: string | undefined;
}

/** Reads rollbacks; the newest first in lists. */
export interface RollbackRepository extends List<RollbackRow, RollbackFilter> {
  readonly find: (rollbackId: string) => Promise<RollbackRow | undefined>;
}

const ANSWERS = `
  (select coalesce(jsonb_agg(jsonb_build_object('nodeId', a.node_id, 'status', a.status, 'answeredAt', a.answered_at)
     order by a.node_id), '[]')
   from rollback_answer a where a.rollback_id = w.rollback_id and a.wave = w.wave)`;

const STEPS = `
  (select coalesce(jsonb_agg(jsonb_build_object('nodeId', s.node_id, 'step', s.step, 'status', s.status, 'detail', s.detail,
     'answeredAt', s.answered_at) order by s.answered_at, s.node_id, s.step), '[]')
   from rollback_step s where s.rollback_id = w.rollback_id and s.wave = w.wave)`;

const WAVES = `
  (select coalesce(jsonb_agg(jsonb_build_object('wave', w.wave, 'nodes', w.nodes, 'status', w.status,
     'generation', w.generation, 'commandId', w.command_id, 'commandedAt', w.commanded_at, 'verifiedAt', w.verified_at,
     'because', w.because, 'answers', ${ANSWERS}, 'steps', ${STEPS},
     'repeats', w.repeats) order by w.wave), '[]')
   from rollback_wave w where w.rollback_id = r.rollback_id)`;

const COLUMNS = `
  select r.rollback_id as "rollbackId", r.incident_id as "incidentId", r.status, r.rollout_id as "rolloutId", r.service,
    r.from_release as "from", r.to_release as "to", r.trigger_reason as "trigger", r.evidence, r.rails,
    r.refusals, r.gap, r.request, r.proposal, r.approval, r.decided_by as "decidedBy", r.override_id as "overrideId", r.told, r.because, r.decided_at as "decidedAt", r.ended_at as "endedAt", ${WAVES} as waves`;

const SELECT = `${COLUMNS} from rollback r`;

/**
 * Where it was first told of: set once, unlike `decided_at`, which moves from what was asked for or refused to what is decided. One look into
 * the index of streams for each row that fits, of which there are some hundreds a year.
 */
const FIRST = `(select e.position from event e where e.stream = 'rollback-' || r.rollback_id and e.version = 1)`;

interface Placed {
  readonly firstPosition: number;
}

const SELECT_PLACED = `${COLUMNS}, ${FIRST} as "firstPosition" from rollback r`;

const ORDER: Order<RollbackRow & Placed> = {
  list: 'rollbacks',
  columns: [{ sql: FIRST, kind: 'number', isDescending: true, of: ({ firstPosition }) => firstPosition }],
};

const withoutPlace = ({ firstPosition: _place, ...row }: RollbackRow & Placed): RollbackRow => row;

/** Rollbacks in PostgreSQL. */
export const createRollbackRepository = (database: Queryable): RollbackRepository => {
  const placed = createList<RollbackRow & Placed, RollbackFilter>(database, ORDER, ({ statuses, incidentId }) => ({
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
    find: async (rollbackId) =>
      (await database.query<RollbackRow>(`${SELECT} where r.rollback_id = $1`, [rollbackId]))[0],
  };
};

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_ROLLBACKS };

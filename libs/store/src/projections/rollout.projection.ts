import type { EventData } from '#contracts';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

// A stage may be reached again with further nodes: an event names those that are new.
const reachStage = (tx: Queryable, reached: EventData<'RolloutStageReached'>): Promise<unknown> =>
  tx.query(
    `insert into rollout_stage (rollout_id, stage, nodes, reached_at) values ($1, $2, $3::jsonb, $4)
     on conflict (rollout_id, stage) do update set nodes =
       (select jsonb_agg(distinct name) from jsonb_array_elements(rollout_stage.nodes || excluded.nodes) as name)`,
    [reached.rolloutId, reached.stage, json(reached.nodes), reached.at],
  );

const declare = (tx: Queryable, declared: EventData<'RolloutDeclared'>): Promise<unknown> => {
  const { rolloutId, service, release, previous, mode, plan, nodes, by, at } = declared;
  return tx.query(
    `insert into rollout (rollout_id, service, release, previous, status, mode, origin, plan, nodes, declared_by, declared_at,
       changed_at)
     values ($1, $2, $3::jsonb, $4::jsonb, 'declared', $5, 'declared', $6::jsonb, $7::jsonb, $8, $9, $9)`,
    [rolloutId, service, json(release), json(previous), mode, json(plan), json(nodes), by, at],
  );
};

// One that was declared keeps its plan and who declared it.
const start = async (tx: Queryable, started: EventData<'RolloutStarted'>): Promise<void> => {
  const { rolloutId, service, release, previous, stage, origin, at } = started;
  await tx.query(
    `insert into rollout (rollout_id, service, release, previous, status, stage, origin, started_at, changed_at)
     values ($1, $2, $3::jsonb, $4::jsonb, 'running', $5, $6, $7, $7)
     on conflict (rollout_id) do update set status = 'running', stage = excluded.stage, started_at = excluded.started_at,
       changed_at = excluded.changed_at, preflight = rollout.preflight - 'missing'`,
    [rolloutId, service, json(release), json(previous), stage, origin ?? 'signal', at],
  );
  await reachStage(tx, started);
};

type Status = 'halted' | 'completed' | 'ended';

const become = (
  tx: Queryable,
  status: Status,
  { rolloutId, because, at }: EventData<'RolloutHalted'>,
): Promise<unknown> =>
  tx.query('update rollout set status = $2, because = $3, changed_at = $4 where rollout_id = $1', [
    rolloutId,
    status,
    because,
    at,
  ]);

/** A rollout runs through its stages until it is halted, rolled back, or completed and, after its watch, ended. */
export const rolloutProjection = projection(['rollout', 'rollout_stage'], {
  RolloutDeclared: declare,
  RolloutStarted: start,
  RolloutStageReached: async (tx, reached) => {
    await reachStage(tx, reached);
    await tx.query('update rollout set stage = $2, changed_at = $3 where rollout_id = $1', [
      reached.rolloutId,
      reached.stage,
      reached.at,
    ]);
  },
  RolloutHalted: (tx, halted) => become(tx, 'halted', halted),
  RolloutCompleted: (tx, completed) => become(tx, 'completed', completed),
  RolloutEnded: (tx, ended) => become(tx, 'ended', ended),
  RolloutRolledBack: (tx, { rolloutId, rollbackId, at }) =>
    tx.query(`update rollout set status = 'rolled_back', rollback_id = $2, changed_at = $3 where rollout_id = $1`, [
      rolloutId,
      rollbackId,
      at,
    ]),
});

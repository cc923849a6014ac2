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

/** A rollout runs through its stages until it is halted or rolled back; it has no end of its own yet. */
export const rolloutProjection = projection(['rollout', 'rollout_stage'], {
  RolloutStarted: async (tx, started) => {
    const { rolloutId, service, release, previous, stage, at } = started;
    await tx.query(
      `insert into rollout (rollout_id, service, release, previous, status, stage, started_at, changed_at)
       values ($1, $2, $3::jsonb, $4::jsonb, 'running', $5, $6, $6)`,
      [rolloutId, service, json(release), json(previous), stage, at],
    );
    await reachStage(tx, started);
  },
  RolloutStageReached: async (tx, reached) => {
    await reachStage(tx, reached);
    await tx.query('update rollout set stage = $2, changed_at = $3 where rollout_id = $1', [
      reached.rolloutId,
      reached.stage,
      reached.at,
    ]);
  },
  RolloutHalted: (tx, { rolloutId, because, at }) =>
    tx.query(`update rollout set status = 'halted', because = $2, changed_at = $3 where rollout_id = $1`, [
      rolloutId,
      because,
      at,
    ]),
  RolloutRolledBack: (tx, { rolloutId, rollbackId, at }) =>
    tx.query(`update rollout set status = 'rolled_back', rollback_id = $2, changed_at = $3 where rollout_id = $1`, [
      rolloutId,
      rollbackId,
      at,
    ]),
});

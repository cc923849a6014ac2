import type { EventData } from '#contracts';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const decide = (tx: Queryable, decided: EventData<'RollbackDecided'>): Promise<unknown> => {
  const { rollbackId, incidentId, rolloutId, service, from, to, trigger, evidence, rails, gap, at } = decided;
  return tx.query(
    `insert into rollback (rollback_id, incident_id, status, rollout_id, service, from_release, to_release, trigger_reason,
       evidence, rails, gap, decided_at)
     values ($1, $2, 'running', $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8::jsonb, $9::jsonb, $10::jsonb, $11)
     on conflict (rollback_id) do update set status = 'running', rollout_id = excluded.rollout_id, service = excluded.service,
       from_release = excluded.from_release, to_release = excluded.to_release, trigger_reason = excluded.trigger_reason,
       evidence = excluded.evidence, rails = excluded.rails, gap = excluded.gap, because = null,
       decided_at = excluded.decided_at, ended_at = null`,
    [
      rollbackId,
      incidentId,
      rolloutId,
      service,
      json(from),
      json(to),
      json(trigger),
      json(evidence),
      json(rails),
      json(gap),
      at,
    ],
  );
};

const planWaves = (tx: Queryable, { rollbackId, waves }: EventData<'RollbackDecided'>): Promise<unknown> =>
  tx.query(
    `insert into rollback_wave (rollback_id, wave, nodes, status)
     select $1, planned.wave, planned.nodes, 'planned' from unnest($2::jsonb[]) with ordinality as planned (nodes, wave)`,
    [rollbackId, waves.map(json)],
  );

const end = (
  tx: Queryable,
  status: 'stopped' | 'completed',
  ended: { rollbackId: string; because: string; at: number },
): Promise<unknown> =>
  tx.query('update rollback set status = $2, because = $3, ended_at = $4 where rollback_id = $1', [
    ended.rollbackId,
    status,
    ended.because,
    ended.at,
  ]);

/**
 * A rollback: refused (and perhaps decided later), or running until it is stopped or completed. A wave, counted from 1: planned,
 * commanded, verified.
 */
export const rollbackProjection = projection(['rollback', 'rollback_wave', 'rollback_answer'], {
  RollbackDecided: async (tx, decided) => {
    await decide(tx, decided);
    await planWaves(tx, decided);
  },
  RollbackRefused: (tx, { rollbackId, incidentId, rail, because, at }) =>
    tx.query(
      `insert into rollback (rollback_id, incident_id, status, evidence, rails, refusals, because, decided_at)
       values ($1, $2, 'refused', '[]', '[]', jsonb_build_array($3::jsonb), $4, $5)
       on conflict (rollback_id) do update set refusals = rollback.refusals || excluded.refusals, because = excluded.because`,
      [rollbackId, incidentId, json({ rail, because, at }), because, at],
    ),
  WaveCommanded: (tx, { rollbackId, wave, generation, commandId, at }) =>
    tx.query(
      `update rollback_wave set status = 'commanded', generation = $3, command_id = $4, commanded_at = $5
       where rollback_id = $1 and wave = $2`,
      [rollbackId, wave, generation, commandId, at],
    ),
  WaveAnswered: (tx, { rollbackId, wave, nodeId, status, at }) =>
    tx.query(
      `insert into rollback_answer (rollback_id, wave, node_id, status, answered_at) values ($1, $2, $3, $4, $5)
       on conflict (rollback_id, wave, node_id) do update set status = excluded.status, answered_at = excluded.answered_at`,
      [rollbackId, wave, nodeId, status, at],
    ),
  WaveVerified: (tx, { rollbackId, wave, because, at }) =>
    tx.query(
      `update rollback_wave set status = 'verified', because = $3, verified_at = $4 where rollback_id = $1 and wave = $2`,
      [rollbackId, wave, because, at],
    ),
  RollbackStopped: (tx, ended) => end(tx, 'stopped', ended),
  RollbackCompleted: (tx, ended) => end(tx, 'completed', ended),
});

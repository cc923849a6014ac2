import type { EventData } from '#contracts';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const decide = (tx: Queryable, decided: EventData<'RollbackDecided'>): Promise<unknown> => {
  const { rollbackId, incidentId, rolloutId, service, from, to, trigger, evidence, rails, gap, at } = decided;
  const { by = null, overrideId = null } = decided;
  return tx.query(
    `insert into rollback (rollback_id, incident_id, status, rollout_id, service, from_release, to_release, trigger_reason,
       evidence, rails, gap, decided_at, decided_by, override_id)
     values ($1, $2, 'running', $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8::jsonb, $9::jsonb, $10::jsonb, $11, $12, $13)
     on conflict (rollback_id) do update set status = 'running', incident_id = excluded.incident_id, rollout_id = excluded.rollout_id, service = excluded.service,
       from_release = excluded.from_release, to_release = excluded.to_release, trigger_reason = excluded.trigger_reason,
       evidence = excluded.evidence, rails = excluded.rails, gap = excluded.gap, because = null,
       decided_at = excluded.decided_at, decided_by = excluded.decided_by, override_id = excluded.override_id, ended_at = null`,
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
      by,
      overrideId,
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

const request = (tx: Queryable, requested: EventData<'RollbackRequested'>): Promise<unknown> => {
  const { rollbackId, rolloutId, by, comment, at } = requested;
  return tx.query(
    `insert into rollback (rollback_id, status, rollout_id, evidence, rails, request, decided_at)
     values ($1, 'requested', $2, '[]', '[]', $3::jsonb, $4)
     on conflict (rollback_id) do update set status = 'requested', rollout_id = excluded.rollout_id, request = excluded.request,
       because = null`,
    [rollbackId, rolloutId, json({ by, comment, at }), at],
  );
};

const propose = (tx: Queryable, proposed: EventData<'RollbackProposed'>): Promise<unknown> => {
  const { rollbackId, incidentId, rolloutId, because, at, ...proposal } = proposed;
  return tx.query(
    `insert into rollback (rollback_id, incident_id, status, rollout_id, evidence, rails, proposal, because, decided_at)
     values ($1, $2, 'proposed', $3, '[]', '[]', $4::jsonb, $5, $6)
     on conflict (rollback_id) do update set status = 'proposed', incident_id = excluded.incident_id,
       rollout_id = excluded.rollout_id, proposal = excluded.proposal, because = excluded.because`,
    [rollbackId, incidentId, rolloutId, json({ ...proposal, because, at }), because, at],
  );
};

const answerStep = (tx: Queryable, answered: EventData<'WaveStepAnswered'>): Promise<unknown> => {
  const { rollbackId, wave, nodeId, step, status, detail, at } = answered;
  return tx.query(
    `insert into rollback_step (rollback_id, wave, node_id, step, status, detail, answered_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (rollback_id, wave, node_id, step) do update set status = excluded.status, detail = excluded.detail,
       answered_at = excluded.answered_at`,
    [rollbackId, wave, nodeId, step, status, detail, at],
  );
};

/**
 * A rollback: proposed to a person, requested by one who asks for it or says yes, or refused (and perhaps asked for again), or running
 * until it is stopped or completed. A wave, counted from 1: planned, commanded, verified.
 */
export const rollbackProjection = projection(['rollback', 'rollback_wave', 'rollback_answer', 'rollback_step'], {
  RollbackRequested: request,
  RollbackProposed: propose,
  RollbackApproved: (tx, { rollbackId, ...approval }) =>
    tx.query(`update rollback set status = 'requested', approval = $2::jsonb where rollback_id = $1`, [
      rollbackId,
      json(approval),
    ]),
  RollbackDecided: async (tx, decided) => {
    await decide(tx, decided);
    await planWaves(tx, decided);
  },
  RollbackRefused: (tx, { rollbackId, incidentId, rail, because, at }) =>
    tx.query(
      `insert into rollback (rollback_id, incident_id, status, evidence, rails, refusals, because, decided_at)
       values ($1, $2, 'refused', '[]', '[]', jsonb_build_array($3::jsonb), $4, $5)
       on conflict (rollback_id) do update set refusals = rollback.refusals || excluded.refusals, because = excluded.because,
         incident_id = coalesce(rollback.incident_id, excluded.incident_id),
         status = case when rollback.status in ('requested', 'proposed') then 'refused' else rollback.status end`,
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
  WaveStepAnswered: answerStep,
  WaveRepeated: (tx, { rollbackId, wave, commandId, missing, at }) =>
    tx.query('update rollback_wave set repeats = repeats || $3::jsonb where rollback_id = $1 and wave = $2', [
      rollbackId,
      wave,
      json([{ commandId, missing, at }]),
    ]),
  WaveVerified: (tx, { rollbackId, wave, because, at }) =>
    tx.query(
      `update rollback_wave set status = 'verified', because = $3, verified_at = $4 where rollback_id = $1 and wave = $2`,
      [rollbackId, wave, because, at],
    ),
  RollbackStopped: (tx, ended) => end(tx, 'stopped', ended),
  RollbackCompleted: (tx, ended) => end(tx, 'completed', ended),
  StakeholdersNotified: (tx, { rollbackId, ...told }) =>
    tx.query('update rollback set told = $2::jsonb where rollback_id = $1', [rollbackId, json(told)]),
});

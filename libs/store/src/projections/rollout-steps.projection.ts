import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const keep = (
  tx: Queryable,
  column: 'gate_measured' | 'gate_decided' | 'gate_overdue',
  { rolloutId, ...told }: { readonly rolloutId: string },
): Promise<unknown> =>
  tx.query(`update rollout set ${column} = $2::jsonb where rollout_id = $1`, [rolloutId, json(told)]);

const prepare = (tx: Queryable, rolloutId: string, part: Readonly<Record<string, unknown>>): Promise<unknown> =>
  tx.query('update rollout set preflight = preflight || $2::jsonb where rollout_id = $1', [rolloutId, json(part)]);

const step = (tx: Queryable, what: string, { rolloutId, ...told }: { readonly rolloutId: string }): Promise<unknown> =>
  tx.query('update rollout set steps = steps || $2::jsonb where rollout_id = $1', [
    rolloutId,
    json([{ what, ...told }]),
  ]);

/**
 * What is known of a rollout beside its state: what its pre-flight has, what its gate measured and decided last, what people and the
 * gate did about it in order, and what became of the nodes that Tocsin told to take it. The last measurement and each node's last word
 * stand for those before; all of them are events still. The rows of the rollout itself are those of `rolloutProjection`, which goes first.
 */
export const rolloutStepsProjection = projection(['rollout_update'], {
  RiskAssessed: (tx, { rolloutId, ...risk }) => prepare(tx, rolloutId, { risk }),
  BlastRadiusComputed: (tx, { rolloutId, ...impact }) => prepare(tx, rolloutId, { impact }),
  LoadTested: (tx, { rolloutId, ...loadTest }) => prepare(tx, rolloutId, { loadTest }),
  PreflightOverridden: (tx, { rolloutId, ...overridden }) =>
    tx.query(
      `update rollout set preflight = jsonb_set(preflight, '{overridden}',
         coalesce(preflight -> 'overridden', '[]') || $2::jsonb) where rollout_id = $1`,
      [rolloutId, json([overridden])],
    ),
  PreflightBlocked: (tx, { rolloutId, missing }) => prepare(tx, rolloutId, { missing }),
  GateMeasured: (tx, measured) => keep(tx, 'gate_measured', measured),
  GateDecided: (tx, decided) => keep(tx, 'gate_decided', decided),
  GateOverdue: (tx, overdue) => keep(tx, 'gate_overdue', overdue),
  RolloutStartRequested: (tx, told) => step(tx, 'start_requested', told),
  StageApproved: (tx, told) => step(tx, 'approved', told),
  HaltRequested: (tx, told) => step(tx, 'halt_requested', told),
  StagePromoted: (tx, told) => step(tx, 'promoted', told),
  StageCommanded: (tx, { nodes, ...told }) =>
    step(tx, 'commanded', { ...told, nodes: nodes.length } as { readonly rolloutId: string }),
  HaltCommanded: (tx, { nodes, ...told }) =>
    step(tx, 'halt_commanded', { ...told, nodes: nodes.length } as { readonly rolloutId: string }),
  NodeUpdated: (tx, { rolloutId, nodeId, stage, status, probes, passed, detail, at }) =>
    tx.query(
      `insert into rollout_update (rollout_id, node_id, stage, status, probes, passed, detail, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (rollout_id, node_id) do update set stage = excluded.stage, status = excluded.status,
         probes = excluded.probes, passed = excluded.passed, detail = excluded.detail, updated_at = excluded.updated_at`,
      [rolloutId, nodeId, stage, status, probes ?? null, passed ?? null, detail, at],
    ),
});

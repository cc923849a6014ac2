import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const change = (
  tx: Queryable,
  status: 'stopped' | 'ended',
  { fallbackId, because, at }: { fallbackId: string; because: string; at: number },
): Promise<unknown> =>
  tx.query(
    `update fallback set status = $2, because = $3, changed_at = $4, ended_at = case when $2 = 'ended' then $4::bigint end
     where fallback_id = $1`,
    [fallbackId, status, because, at],
  );

const add = (
  tx: Queryable,
  column: 'commands' | 'answers',
  { fallbackId, ...told }: { readonly fallbackId: string; readonly at: number },
): Promise<unknown> =>
  tx.query(
    `update fallback set ${column} = ${column} || $2::jsonb, changed_at = $3,
       status = case when status = 'decided' then 'running' else status end where fallback_id = $1`,
    [fallbackId, json([told]), told.at],
  );

/** Another DNS provider for a customer: decided, running from its first command on, stopped where a person is needed, ended. */
export const fallbackProjection = projection(['fallback'], {
  FallbackDecided: (tx, { fallbackId, incidentId, customerId, provider, isDryRun, because, at }) =>
    tx.query(
      `insert into fallback (fallback_id, incident_id, customer_id, provider, status, is_dry_run, because, decided_at, changed_at)
       values ($1, $2, $3, $4, 'decided', $5, $6, $7, $7)`,
      [fallbackId, incidentId, customerId, provider, isDryRun, because, at],
    ),
  FallbackCommanded: (tx, told) => add(tx, 'commands', told),
  FallbackAnswered: (tx, told) => add(tx, 'answers', told),
  FallbackProviderChanged: (tx, { fallbackId, provider, because, at }) =>
    tx.query('update fallback set provider = $2, because = $3, changed_at = $4 where fallback_id = $1', [
      fallbackId,
      provider,
      because,
      at,
    ]),
  FallbackStopped: (tx, stopped) => change(tx, 'stopped', stopped),
  FallbackEnded: (tx, ended) => change(tx, 'ended', ended),
});

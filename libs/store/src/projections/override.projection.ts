import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const end = (
  tx: Queryable,
  status: 'granted' | 'refused' | 'expired',
  { overrideId, because = null, at }: { overrideId: string; because?: string | null; at: number },
): Promise<unknown> =>
  tx.query('update rollback_override set status = $2, because = $3, ended_at = $4 where override_id = $1', [
    overrideId,
    status,
    because,
    at,
  ]);

/** An override is open until it is granted, refused or expired; the last vote of each role stands. */
export const overrideProjection = projection(['rollback_override', 'override_vote'], {
  OverrideRequested: (tx, { overrideId, rollbackId, rails, checklist, by, comment, expiresAtMs, at }) =>
    tx.query(
      `insert into rollback_override (override_id, rollback_id, status, rails, checklist, requested_by, comment, requested_at,
         expires_at)
       values ($1, $2, 'open', $3::jsonb, $4::jsonb, $5, $6, $7, $8)`,
      [overrideId, rollbackId, json(rails), json(checklist), by, comment, at, expiresAtMs],
    ),
  OverrideVoted: (tx, { overrideId, role, isApproved, by, comment, at }) =>
    tx.query(
      `insert into override_vote (override_id, role, is_approved, voted_by, comment, voted_at) values ($1, $2, $3, $4, $5, $6)
       on conflict (override_id, role) do update set is_approved = excluded.is_approved, voted_by = excluded.voted_by,
         comment = excluded.comment, voted_at = excluded.voted_at`,
      [overrideId, role, isApproved, by, comment, at],
    ),
  OverrideGranted: (tx, { overrideId, at }) => end(tx, 'granted', { overrideId, at }),
  OverrideRefused: (tx, ended) => end(tx, 'refused', ended),
  OverrideExpired: (tx, ended) => end(tx, 'expired', ended),
});

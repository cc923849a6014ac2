import type { Mute } from '#contracts';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const count = async (tx: Queryable, { by, id }: Mute): Promise<void> => {
  if (by === 'silence')
    await tx.query('update silence set alerts_muted = alerts_muted + 1 where silence_id = $1', [id]);
  if (by === 'maintenance')
    await tx.query('update maintenance set alerts_muted = alerts_muted + 1 where maintenance_id = $1', [id]);
};

const unmute = (tx: Queryable, alertId: string): Promise<unknown> =>
  tx.query('delete from alert_mute where alert_id = $1', [alertId]);

/**
 * Silences, occurrences of maintenance, and the alerts that they or another alert mute now. That one has matched anything stands in its
 * count; its first match is in the timeline.
 */
export const quietProjection = projection(['silence', 'maintenance', 'alert_mute'], {
  SilenceCreated: (tx, { silenceId, where, startsAtMs, endsAtMs, by, comment, at }) =>
    tx.query(
      `insert into silence (silence_id, selector, starts_at, ends_at, created_at, created_by, comment)
       values ($1, $2::jsonb, $3, $4, $5, $6, $7)`,
      [silenceId, json(where), startsAtMs, endsAtMs, at, by, comment],
    ),
  SilenceExpired: (tx, { silenceId, endsAtMs, by }) =>
    tx.query('update silence set ends_at = $2, expired_by = $3 where silence_id = $1', [silenceId, endsAtMs, by]),
  SilenceEndsSoon: (tx, { silenceId }) =>
    tx.query('update silence set ends_soon = true where silence_id = $1', [silenceId]),
  SilenceEnded: (tx, { silenceId, hasMatched }) =>
    tx.query('update silence set has_matched = $2, ends_soon = false where silence_id = $1', [silenceId, hasMatched]),
  MaintenanceBegan: (tx, { maintenanceId, window, startsAtMs, endsAtMs }) =>
    tx.query('insert into maintenance (maintenance_id, window_name, starts_at, ends_at) values ($1, $2, $3, $4)', [
      maintenanceId,
      window,
      startsAtMs,
      endsAtMs,
    ]),
  MaintenanceBrokenThrough: (tx, { maintenanceId, because, at }) =>
    tx.query('update maintenance set broken_at = $2, broken_because = $3 where maintenance_id = $1', [
      maintenanceId,
      at,
      because,
    ]),
  MaintenanceEndsSoon: (tx, { maintenanceId }) =>
    tx.query('update maintenance set ends_soon = true where maintenance_id = $1', [maintenanceId]),
  MaintenanceEnded: (tx, { maintenanceId, hasMatched, because, at }) =>
    tx.query(
      `update maintenance set ended_at = $2, ended_because = $3, has_matched = $4, ends_soon = false
       where maintenance_id = $1`,
      [maintenanceId, at, because, hasMatched],
    ),
  AlertMuted: async (tx, { alertId, mute, at }) => {
    await tx.query(
      `insert into alert_mute (alert_id, mute, muted_at) values ($1, $2::jsonb, $3)
       on conflict (alert_id) do update set mute = excluded.mute, muted_at = excluded.muted_at`,
      [alertId, json(mute), at],
    );
    await count(tx, mute);
  },
  AlertUnmuted: (tx, { alertId }) => unmute(tx, alertId),
  AlertResolved: (tx, { alertId }) => unmute(tx, alertId),
  AlertWithdrawn: (tx, { alertId }) => unmute(tx, alertId),
});

import { json, projection } from './projection.js';

/** An alert fires, may become unknown and fire again, and resolves; a resolved one may fire again under the same id. */
export const alertProjection = projection(['alert'], {
  AlertFired: (tx, { alertId, rule, scope, key, severity, reason, at }) =>
    tx.query(
      `insert into alert (alert_id, rule, scope, key, severity, state, fired_at, changed_at, reason)
       values ($1, $2, $3, $4, $5, 'firing', $6, $6, $7::jsonb)
       on conflict (alert_id) do update set severity = excluded.severity, state = 'firing', fired_at = excluded.fired_at,
         changed_at = excluded.changed_at, resolved_at = null, reason = excluded.reason, because = null`,
      [alertId, rule, scope, key, severity, at, json(reason)],
    ),
  AlertBecameUnknown: (tx, { alertId, because, at }) =>
    tx.query(`update alert set state = 'unknown', because = $2, changed_at = $3 where alert_id = $1`, [
      alertId,
      because,
      at,
    ]),
  AlertResumed: (tx, { alertId, reason, at }) =>
    tx.query(
      `update alert set state = 'firing', because = null, reason = $2::jsonb, changed_at = $3 where alert_id = $1`,
      [alertId, json(reason), at],
    ),
  AlertResolved: (tx, { alertId, reason, at }) =>
    tx.query(
      `update alert set state = 'resolved', because = null, reason = $2::jsonb, changed_at = $3, resolved_at = $3
       where alert_id = $1`,
      [alertId, json(reason), at],
    ),
});

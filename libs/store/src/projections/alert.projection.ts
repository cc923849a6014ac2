import { json, projection } from './projection.js';

/**
 * An alert may be pending before it fires, may become unknown, recover and fire again, and is resolved; a resolved one may fire again
 * under the same id. A pending one that comes to nothing leaves no row.
 */
export const alertProjection = projection(['alert'], {
  AlertPending: (tx, { alertId, rule, scope, key, severity, reason, dueAtMs, at }) =>
    tx.query(
      `insert into alert (alert_id, rule, scope, key, severity, state, begun_at, changed_at, due_at, reason)
       values ($1, $2, $3, $4, $5, 'pending', $6, $6, $7, $8::jsonb)`,
      [alertId, rule, scope, key, severity, at, dueAtMs, json(reason)],
    ),
  AlertPendingEnded: (tx, { alertId }) => tx.query(`delete from alert where alert_id = $1`, [alertId]),
  AlertFired: (tx, data) => {
    const { alertId, rule, scope, key, severity, reason, at } = data;
    const { labels = {}, annotations = {}, runbook = null, flapping = null, isLate = false } = data;
    return tx.query(
      `insert into alert (alert_id, rule, scope, key, severity, state, begun_at, fired_at, changed_at, reason,
         labels, annotations, runbook, flapping, is_late)
       values ($1, $2, $3, $4, $5, 'firing', $6, $6, $6, $7::jsonb, $8::jsonb, $9::jsonb, $10, $11, $12)
       on conflict (alert_id) do update set severity = excluded.severity, state = 'firing', fired_at = excluded.fired_at,
         changed_at = excluded.changed_at, due_at = null, resolved_at = null, reason = excluded.reason, because = null,
         labels = excluded.labels, annotations = excluded.annotations, runbook = excluded.runbook,
         flapping = excluded.flapping, is_late = excluded.is_late, correction = null`,
      [
        alertId,
        rule,
        scope,
        key,
        severity,
        at,
        json(reason),
        json(labels),
        json(annotations),
        runbook,
        flapping,
        isLate,
      ],
    );
  },
  AlertSeverityRaised: (tx, { alertId, severity, reason, at }) =>
    tx.query(`update alert set severity = $2, reason = $3::jsonb, changed_at = $4 where alert_id = $1`, [
      alertId,
      severity,
      json(reason),
      at,
    ]),
  AlertBecameUnknown: (tx, { alertId, because, at }) =>
    tx.query(`update alert set state = 'unknown', because = $2, changed_at = $3, due_at = null where alert_id = $1`, [
      alertId,
      because,
      at,
    ]),
  AlertResumed: (tx, { alertId, reason, at }) =>
    tx.query(
      `update alert set state = 'firing', because = null, reason = $2::jsonb, changed_at = $3, due_at = null
       where alert_id = $1`,
      [alertId, json(reason), at],
    ),
  AlertRecovering: (tx, { alertId, reason, untilMs, at }) =>
    tx.query(
      `update alert set state = 'recovering', because = null, reason = $2::jsonb, changed_at = $3, due_at = $4
       where alert_id = $1`,
      [alertId, json(reason), at, untilMs],
    ),
  AlertResolved: (tx, { alertId, reason, at }) =>
    tx.query(
      `update alert set state = 'resolved', because = null, reason = $2::jsonb, changed_at = $3, due_at = null,
         resolved_at = $3 where alert_id = $1`,
      [alertId, json(reason), at],
    ),
  AlertWithdrawn: (tx, { alertId, because, at }) =>
    tx.query(
      `update alert set state = 'resolved', because = $2, changed_at = $3, due_at = null, resolved_at = $3
       where alert_id = $1`,
      [alertId, because, at],
    ),
  AlertCorrected: (tx, { alertId, verdict, reason, at }) =>
    tx.query(`update alert set correction = $2::jsonb, changed_at = $3 where alert_id = $1`, [
      alertId,
      json({ verdict, reason, at }),
      at,
    ]),
});

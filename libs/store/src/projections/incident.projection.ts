import type { EventData } from '#contracts';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const joinAlert = (tx: Queryable, alert: EventData<'AlertJoinedIncident'>): Promise<unknown> =>
  tx.query(
    `insert into incident_alert (incident_id, alert_id, rule, severity, joined_at) values ($1, $2, $3, $4, $5)
     on conflict (incident_id, alert_id) do update set severity = excluded.severity`,
    [alert.incidentId, alert.alertId, alert.rule, alert.severity, alert.at],
  );

const open = (tx: Queryable, opened: EventData<'IncidentOpened'>): Promise<unknown> => {
  const { incidentId, title, severity, alertId, rule, scope, key, reason, impact, onsetAt, muted, at } = opened;
  const mute = muted === undefined ? null : json(muted);
  return tx.query(
    `insert into incident (incident_id, title, severity, status, alert_id, rule, scope, key, reason, impact, peak_impact, opened_at,
       onset_at, muted)
     values ($1, $2, $3, 'open', $4, $5, $6, $7, $8::jsonb, $9::jsonb, $9::jsonb, $10, $11, $12::jsonb)`,
    [incidentId, title, severity, alertId, rule, scope, key, json(reason), json(impact), at, onsetAt ?? null, mute],
  );
};

const request = (tx: Queryable, what: string, asked: EventData<'StatusUpdateRequested'>): Promise<unknown> =>
  tx.query('update incident set requests = requests || $2::jsonb where incident_id = $1', [
    asked.incidentId,
    json([{ what, alertId: asked.alertId, because: asked.because, at: asked.at }]),
  ]);

/** Somebody has it from now on. Who answered first, when and in which words stays as it is. */
const hold = (
  tx: Queryable,
  { incidentId, owner, by, note, at }: Record<'incidentId' | 'owner' | 'by' | 'note', string> & { readonly at: number },
): Promise<unknown> =>
  tx.query(
    `update incident set status = case when status = 'resolved' then status else 'acknowledged' end, owner = $2,
       snoozed_until = null, acknowledged_by = case when acknowledged_at is null then $3 else acknowledged_by end,
       note = case when acknowledged_at is null then $4 else note end, acknowledged_at = coalesce(acknowledged_at, $5)
     where incident_id = $1`,
    [incidentId, owner, by, note, at],
  );

/** Nobody has it any more, and somebody is asked to take it on again. */
const askAgain = (tx: Queryable, { incidentId }: { readonly incidentId: string }): Promise<unknown> =>
  tx.query(
    `update incident set status = case when status = 'acknowledged' then 'open' else status end, owner = null,
       snoozed_until = null
     where incident_id = $1`,
    [incidentId],
  );

/** An incident is as severe as the worst alert that ever joined it; its peak is the impact with the highest score, the first of equals. */
export const incidentProjection = projection(['incident', 'incident_alert'], {
  IncidentOpened: async (tx, opened) => {
    await open(tx, opened);
    await joinAlert(tx, opened);
  },
  AlertJoinedIncident: async (tx, joined) => {
    await joinAlert(tx, joined);
    if (joined.severity === 'critical')
      await tx.query(`update incident set severity = 'critical' where incident_id = $1`, [joined.incidentId]);
  },
  IncidentImpactChanged: (tx, { incidentId, impact }) =>
    tx.query(
      `update incident set impact = $2::jsonb, peak_impact =
         case when ($2::jsonb ->> 'score')::numeric > (peak_impact ->> 'score')::numeric then $2::jsonb else peak_impact end
       where incident_id = $1`,
      [incidentId, json(impact)],
    ),
  IncidentUnmuted: (tx, { incidentId }) =>
    tx.query('update incident set muted = null where incident_id = $1', [incidentId]),
  IncidentCauseChanged: (tx, { incidentId, title, alertId, rule, scope, key, reason }) =>
    tx.query(
      `update incident set title = $2, alert_id = $3, rule = $4, scope = $5, key = $6, reason = $7::jsonb
       where incident_id = $1`,
      [incidentId, title, alertId, rule, scope, key, json(reason)],
    ),
  IncidentCausesRanked: (tx, { incidentId, causes, because }) =>
    tx.query('update incident set causes = $2::jsonb, causes_because = $3 where incident_id = $1', [
      incidentId,
      json(causes),
      because,
    ]),
  IncidentDeclared: (tx, { incidentId, priority, because, at }) =>
    tx.query('update incident set priority = $2, declared_because = $3, declared_at = $4 where incident_id = $1', [
      incidentId,
      priority,
      because,
      at,
    ]),
  IncidentEscalated: (tx, { incidentId, to, alertId, because, redirect, rollback, fallback, joined, at }) =>
    tx.query('update incident set escalations = escalations || $2::jsonb where incident_id = $1', [
      incidentId,
      json([
        {
          to,
          alertId,
          because,
          ...(redirect !== undefined && { redirect }),
          ...(rollback !== undefined && { rollback }),
          ...(fallback !== undefined && { fallback }),
          ...(joined !== undefined && { joined }),
          at,
        },
      ]),
    ]),
  StatusUpdateRequested: (tx, asked) => request(tx, 'status_update', asked),
  FallBackRequested: (tx, asked) => request(tx, 'fall_back', asked),
  IncidentAcknowledged: (tx, told) => hold(tx, { ...told, owner: told.by }),
  IncidentHandedOver: (tx, told) => hold(tx, { ...told, owner: told.to }),
  IncidentSnoozed: (tx, { incidentId, untilMs }) =>
    tx.query('update incident set snoozed_until = $2 where incident_id = $1', [incidentId, untilMs]),
  EscalationResumed: askAgain,
  // Whoever had it answered for less.
  EscalationRaised: askAgain,
  IncidentResolved: (tx, { incidentId, because, at }) =>
    tx.query(`update incident set status = 'resolved', because = $2, resolved_at = $3 where incident_id = $1`, [
      incidentId,
      because,
      at,
    ]),
});

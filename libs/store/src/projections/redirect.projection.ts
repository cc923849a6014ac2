import type { EventData } from '#contracts';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const decide = (tx: Queryable, decided: EventData<'RedirectDecided'>): Promise<unknown> => {
  const { redirectId, incidentId, alertId, scope, key, nodes, siblings, trigger, rails, at } = decided;
  return tx.query(
    `insert into redirect (redirect_id, incident_id, alert_id, status, scope, key, nodes, siblings, trigger_reason, rails,
       decided_at, changed_at)
     values ($1, $2, $3, 'decided', $4, $5, $6::jsonb, $7::jsonb, $8::jsonb, $9::jsonb, $10, $10)
     on conflict (redirect_id) do update set status = 'decided', scope = excluded.scope, key = excluded.key,
       nodes = excluded.nodes, siblings = excluded.siblings, trigger_reason = excluded.trigger_reason, rails = excluded.rails,
       because = null, decided_at = excluded.decided_at, changed_at = excluded.changed_at`,
    [redirectId, incidentId, alertId, scope, key, json(nodes), json(siblings), json(trigger), json(rails), at],
  );
};

interface Changed {
  readonly redirectId: string;
  readonly because: string;
  readonly at: number;
}

const change = (tx: Queryable, status: 'verified' | 'stopped' | 'ended', changed: Changed): Promise<unknown> =>
  tx.query(
    `update redirect set status = $2, because = $3, changed_at = $4, ended_at = case when $2 = 'ended' then $4::bigint end
     where redirect_id = $1`,
    [changed.redirectId, status, changed.because, changed.at],
  );

/**
 * A redirect: refused (and perhaps decided later), decided, draining until each node answered, drained, verified, resuming until
 * it is ended; stopped while its nodes did not come back as commanded.
 */
export const redirectProjection = projection(['redirect', 'redirect_answer'], {
  RedirectDecided: decide,
  RedirectRefused: (tx, { redirectId, incidentId, alertId, rail, because, at }) =>
    tx.query(
      `insert into redirect (redirect_id, incident_id, alert_id, status, refusals, because, decided_at, changed_at)
       values ($1, $2, $3, 'refused', jsonb_build_array($4::jsonb), $5, $6, $6)
       on conflict (redirect_id) do update set refusals = redirect.refusals || excluded.refusals, because = excluded.because,
         changed_at = excluded.changed_at`,
      [redirectId, incidentId, alertId, json({ rail, because, at }), because, at],
    ),
  RedirectCommanded: (tx, { redirectId, action, commandId, generation, because, at }) =>
    tx.query(
      `update redirect set status = $2, commands = commands || $3::jsonb, because = $4, changed_at = $5 where redirect_id = $1`,
      [
        redirectId,
        action === 'drain' ? 'draining' : 'resuming',
        json([{ action, commandId, generation, because, at }]),
        because,
        at,
      ],
    ),
  RedirectAnswered: async (tx, { redirectId, action, nodeId, status, at }) => {
    await tx.query(
      `insert into redirect_answer (redirect_id, action, node_id, status, answered_at) values ($1, $2, $3, $4, $5)
       on conflict (redirect_id, action, node_id) do update set status = excluded.status, answered_at = excluded.answered_at`,
      [redirectId, action, nodeId, status, at],
    );
    await tx.query(
      `update redirect r set status = 'drained', changed_at = $2
       where r.redirect_id = $1 and r.status = 'draining' and jsonb_array_length(r.nodes) =
         (select count(*) from redirect_answer a where a.redirect_id = $1 and a.action = 'drain' and a.status = 'done')`,
      [redirectId, at],
    );
  },
  RedirectVerified: (tx, changed) => change(tx, 'verified', changed),
  RedirectWaiting: (tx, { redirectId, because, at }) =>
    tx.query('update redirect set because = $2, changed_at = $3 where redirect_id = $1', [redirectId, because, at]),
  RedirectStopped: (tx, changed) => change(tx, 'stopped', changed),
  RedirectEnded: (tx, changed) => change(tx, 'ended', changed),
});

import { json, projection } from './projection.js';

/** An incident that is resolved has a post-mortem, due at once and drafted once. */
export const postMortemProjection = projection(['post_mortem'], {
  IncidentResolved: (tx, { incidentId, at }) =>
    tx.query(
      'insert into post_mortem (incident_id, resolved_at) values ($1, $2) on conflict (incident_id) do nothing',
      [incidentId, at],
    ),
  PostMortemDrafted: (tx, { incidentId, sha256, at, ...headline }) =>
    tx.query('update post_mortem set sha256 = $2, headline = $3::jsonb, drafted_at = $4 where incident_id = $1', [
      incidentId,
      sha256,
      json(headline),
      at,
    ]),
});

import { json, projection } from './projection.js';

/** Fire drills. A signal may be recorded after the rules have decided it: the drill stays where it is further. */
export const drillProjection = projection(['drill'], {
  DrillRequested: (tx, { drillId, by, channel, deadlineMs, at }) =>
    tx.query(
      `insert into drill (drill_id, status, requested_by, channel, deadline_at, requested_at)
       values ($1, 'requested', $2, $3, $4, $5)`,
      [drillId, by, channel ?? null, deadlineMs, at],
    ),
  DrillSignalled: (tx, { drillId, at }) =>
    tx.query(
      `update drill set signalled_at = $2, status = case when status = 'requested' then 'signalled' else status end
       where drill_id = $1`,
      [drillId, at],
    ),
  DrillFired: (tx, { drillId, signalledAtMs, at }) =>
    tx.query(
      `update drill set signalled_at = coalesce(signalled_at, $3), fired_at = $2,
         status = case when finished_at is null then 'fired' else status end
       where drill_id = $1`,
      [drillId, at, signalledAtMs],
    ),
  DrillPassed: (tx, { drillId, hops, at }) =>
    tx.query(`update drill set status = 'passed', hops = $2::jsonb, finished_at = $3 where drill_id = $1`, [
      drillId,
      json(hops),
      at,
    ]),
  DrillFailed: (tx, { drillId, missed, because, at }) =>
    tx.query(`update drill set status = 'failed', missed = $2, because = $3, finished_at = $4 where drill_id = $1`, [
      drillId,
      missed,
      because,
      at,
    ]),
});

import { projection } from './projection.js';

/** What left from spools, and episodes without ticks. One that two dispatchers sent is told once. */
export const spooledProjection = projection(['page_spooled', 'telemetry_stale'], {
  PageSpooled: (tx, { spoolId, channel, dedupKey, title, outcome, status, detail, spooledAtMs, at }) =>
    tx.query(
      `insert into page_spooled (spool_id, channel, dedup_key, title, outcome, status, detail, spooled_at, sent_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (spool_id) do nothing`,
      [spoolId, channel, dedupKey, title, outcome, status, detail, spooledAtMs, at],
    ),
  TelemetryWentStale: (tx, { staleId, because, sinceMs, at }) =>
    tx.query('insert into telemetry_stale (stale_id, because, since, stale_at) values ($1, $2, $3, $4)', [
      staleId,
      because,
      sinceMs,
      at,
    ]),
  TelemetryMoved: (tx, { staleId, at }) =>
    tx.query('update telemetry_stale set moved_at = $2 where stale_id = $1', [staleId, at]),
});

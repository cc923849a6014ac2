import { projection } from './projection.js';

/** What left from spools, and episodes without ticks. One that two dispatchers sent is told once. */
export const spooledProjection = projection(['page_spooled', 'telemetry_stale'], {
  // Of several dispatchers' words the one counts that says that it arrived.
  PageSpooled: (tx, page) => {
    const { spoolId, channel, dedupKey, title, outcome, status, detail, isUnknown, receiverId, spooledAtMs, at } = page;
    return tx.query(
      `insert into page_spooled as known
         (spool_id, channel, dedup_key, title, outcome, status, detail, spooled_at, sent_at, is_unknown, receiver_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict (spool_id) do update set outcome = excluded.outcome, status = excluded.status, detail = excluded.detail,
         sent_at = excluded.sent_at, is_unknown = known.is_unknown or excluded.is_unknown, receiver_id = excluded.receiver_id
       where known.outcome <> 'delivered'`,
      [
        spoolId,
        channel,
        dedupKey,
        title,
        outcome,
        status,
        detail,
        spooledAtMs,
        at,
        isUnknown ?? false,
        receiverId ?? null,
      ],
    );
  },
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

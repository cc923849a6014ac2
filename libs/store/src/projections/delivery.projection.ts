import { json, projection } from './projection.js';

/** A delivery is due, at once and again after each attempt that asks for a retry, until it is delivered or given up. */
export const deliveryProjection = projection(['delivery'], {
  DeliveryRequested: (tx, requested, { position }) =>
    tx.query(
      `insert into delivery (delivery_id, subject, action, channel, dedup_key, body, status, attempts, due_at, requested_at,
         requested_position, address, person, is_urgent, instead_of)
       values ($1, $2, $3, $4, $5, $6::jsonb, 'due', 0, $7, $7, $8, $9, $10, $11, $12)`,
      [
        requested.deliveryId,
        requested.subject,
        requested.action,
        requested.channel,
        requested.dedupKey,
        json(requested.body),
        requested.at,
        position,
        requested.address ?? null,
        requested.person ?? null,
        requested.isUrgent ?? false,
        requested.insteadOf ?? null,
      ],
    ),
  DeliveryAttempted: (tx, { deliveryId, attempt, outcome, status, detail, dueAtMs, at }) => {
    const finished = outcome !== 'retry';
    return tx.query(
      `update delivery set status = $2, attempts = $3, due_at = $4, last_status = $5, last_detail = $6, finished_at = $7
       where delivery_id = $1`,
      [
        deliveryId,
        finished ? outcome : 'due',
        attempt,
        finished ? null : (dueAtMs ?? at),
        status,
        detail,
        finished ? at : null,
      ],
    );
  },
});

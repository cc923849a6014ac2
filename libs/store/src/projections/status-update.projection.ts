import type { EventData } from '#contracts';
import { STATUS_FIRST_MS, STATUS_LEAD_MS } from '#domain';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

/** What is decided of an incident while it is resolved knows nothing of that: the end is due all the same. */
const DUE = 'due_at = case when $2::bigint is null then null else least($2, resolved_at) end';

const lookAt = (tx: Queryable, incidentId: string, dueAtMs: number | null): Promise<unknown> =>
  tx.query(`update status_schedule set ${DUE} where incident_id = $1`, [incidentId, dueAtMs]);

const settle = async (
  tx: Queryable,
  status: 'published' | 'discarded',
  settled: EventData<'StatusUpdatePublished'> | EventData<'StatusUpdateDiscarded'>,
): Promise<void> => {
  const { incidentId, n, by, dueAtMs, at } = settled;
  await tx.query(
    `update status_update set status = $3, settled_by = $4, comment = $5, published_at = $6,
       "update" = coalesce($7::jsonb, "update") where incident_id = $1 and n = $2`,
    [
      incidentId,
      n,
      status,
      by,
      'comment' in settled ? settled.comment : null,
      'update' in settled ? at : null,
      'update' in settled ? json(settled.update) : null,
    ],
  );
  await tx.query('update status_schedule set is_overdue = false where incident_id = $1', [incidentId]);
  await lookAt(tx, incidentId, dueAtMs);
};

const listCustomers = (
  tx: Queryable,
  { incidentId, n, customers }: Pick<EventData<'StatusCustomersListed'>, 'incidentId' | 'n' | 'customers'>,
): Promise<unknown> =>
  tx.query(
    `insert into status_customer (incident_id, customer_id, name, n)
     select $1, told ->> 'customerId', told ->> 'name', $2 from jsonb_array_elements($3::jsonb) as told
     on conflict (incident_id, customer_id) do nothing`,
    [incidentId, n, json(customers)],
  );

const draft = async (tx: Queryable, drafted: EventData<'StatusUpdateDrafted'>): Promise<void> => {
  const { incidentId, n, update, customers, affectedCustomers, publishByMs, isReviewed, because, dueAtMs, at } =
    drafted;
  await tx.query(`update status_update set status = 'replaced' where incident_id = $1 and status = 'drafted'`, [
    incidentId,
  ]);
  await tx.query(
    `insert into status_update (incident_id, n, status, "update", customers, affected_customers, publish_by, is_reviewed,
       because, drafted_at)
     values ($1, $2, 'drafted', $3::jsonb, $4::jsonb, $5, $6, $7, $8, $9)`,
    [incidentId, n, json(update), json(customers), affectedCustomers, publishByMs, isReviewed, because, at],
  );
  await listCustomers(tx, drafted);
  await tx.query(
    `update status_schedule set state = 'told', because = null, drafted_at = $3,
       ${update.state === 'resolved' ? 'due_at = $2' : DUE} where incident_id = $1`,
    [incidentId, dueAtMs, at],
  );
};

/**
 * When somebody must look next at what the public is told of an incident, and what it was told. An incident whose public was told nothing
 * is over when it is resolved; of one that is held back the reader says whether that still holds.
 */
export const statusUpdateProjection = projection(['status_schedule', 'status_update', 'status_customer'], {
  IncidentOpened: (tx, { incidentId, at }) =>
    tx.query(`insert into status_schedule (incident_id, state, due_at) values ($1, 'waiting', $2)`, [
      incidentId,
      at + STATUS_FIRST_MS - STATUS_LEAD_MS,
    ]),
  StatusUpdateRequested: (tx, { incidentId, at }) =>
    tx.query(
      `update status_schedule set due_at = least(due_at, $2)
       where incident_id = $1 and state <> 'ended' and (drafted_at is null or drafted_at < $2)`,
      [incidentId, at],
    ),
  IncidentResolved: (tx, { incidentId, at }) =>
    tx.query(
      `update status_schedule set due_at = case when state = 'told' then $2::bigint end,
         state = case when state = 'told' then state else 'ended' end, resolved_at = $2
       where incident_id = $1 and state <> 'ended'`,
      [incidentId, at],
    ),
  StatusUpdateDrafted: draft,
  StatusCustomersListed: listCustomers,
  StatusUpdatePublished: (tx, published) => settle(tx, 'published', published),
  StatusUpdateDiscarded: (tx, discarded) => settle(tx, 'discarded', discarded),
  StatusUpdateOverdue: async (tx, { incidentId, dueAtMs }) => {
    await tx.query('update status_schedule set is_overdue = true where incident_id = $1', [incidentId]);
    await lookAt(tx, incidentId, dueAtMs);
  },
  StatusUpdatesHeld: (tx, { incidentId, because }) =>
    tx.query(`update status_schedule set state = 'held', because = $2 where incident_id = $1 and resolved_at is null`, [
      incidentId,
      because,
    ]),
  StatusUpdatesEnded: async (tx, { incidentId, because }) => {
    await tx.query(
      `update status_schedule set state = 'ended', because = $2, due_at = null, is_overdue = false where incident_id = $1`,
      [incidentId, because],
    );
    await tx.query(`update status_update set status = 'replaced' where incident_id = $1 and status = 'drafted'`, [
      incidentId,
    ]);
  },
});

import { createHash } from 'node:crypto';
import { callKeyOf, streamOf } from '#contracts';
import { happenedAt, postMortemOf, type PostMortemSource, type ReportedDelivery } from '#domain';
import type { Queryable } from './database.js';
import { createDeliveryRepository } from './delivery.repository.js';
import { readStreams } from './event-read.js';
import { createFallbackRepository } from './fallback.repository.js';
import { createIncidentRepository, type IncidentRow } from './incident.repository.js';
import { LIST_ROWS_MAX } from './list-limit.js';

/** Customers that are moved for one incident at most. */
const FALLBACKS_MAX = 200;

const deliveriesOf = async (tx: Queryable, { incidentId, escalations }: IncidentRow): Promise<ReportedDelivery[]> => {
  const calls = escalations.map((call) => callKeyOf({ incidentId, ...call }));
  const called = await createDeliveryRepository(tx).called(incidentId);
  const keys = new Set([
    incidentId,
    ...calls,
    `${incidentId}:status_update`,
    `${incidentId}:status`,
    ...called.map(({ dedupKey }) => dedupKey),
  ]);
  const found: ReportedDelivery[] = [];
  for (const dedupKey of keys) {
    const rows = await createDeliveryRepository(tx).list({ dedupKey, limit: LIST_ROWS_MAX });
    found.push(
      ...rows.map((row) => ({
        subject: row.subject,
        action: row.action,
        channel: row.channel,
        dedupKey,
        person: row.person,
        status: row.status,
        attempts: row.attempts,
        requestedAt: row.requestedAt,
        finishedAt: row.finishedAt,
      })),
    );
  }
  return found.toSorted((a, b) => a.requestedAt - b.requestedAt);
};

/** Reads what a post-mortem is made of; undefined when there is no such incident. */
export const readPostMortemSource = async (
  tx: Queryable,
  incidentId: string,
): Promise<PostMortemSource | undefined> => {
  const found = await createIncidentRepository(tx).find(incidentId);
  if (found === undefined) return undefined;
  const fallbacks = await createFallbackRepository(tx).list({ incidentId, limit: FALLBACKS_MAX });
  const moved = await readStreams(
    tx,
    fallbacks.map(({ fallbackId }) => streamOf.fallback(fallbackId)),
  );
  const events = [...found.timeline, ...moved].toSorted((a, b) => a.position - b.position);
  return {
    events: events.map(({ event, metadata, recordedAtMs }) => ({
      atMs: happenedAt(event, recordedAtMs),
      actor: metadata.actor,
      event,
    })),
    deliveries: await deliveriesOf(tx, found.incident),
  };
};

/** Of the document without its deliveries: they go on after the resolution, and change nothing of what happened. */
export const postMortemHash = (source: PostMortemSource): string =>
  createHash('sha256')
    .update(JSON.stringify(postMortemOf({ ...source, deliveries: [] })))
    .digest('hex');

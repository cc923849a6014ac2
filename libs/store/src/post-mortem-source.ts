import { createHash } from 'node:crypto';
import { callKeyOf, type RecordedEvent, streamOf } from '#contracts';
import {
  happenedAt,
  postMortemOf,
  type PostMortemSource,
  REPORTED_BEFORE_MS,
  type ReportedDelivery,
  reportedRollouts,
} from '#domain';
import type { Queryable } from './database.js';
import { createDeliveryRepository } from './deliveries/delivery.repository.js';
import { readStreams } from './event-read.js';
import { createFallbackRepository } from './fallback.repository.js';
import { createIncidentRepository, type IncidentDetail, type IncidentRow } from './incident.repository.js';
import { LIST_ROWS_MAX } from './list-limit.js';
import { createQuietRepository } from './quiet.repository.js';

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

/** Occurrences of maintenance that are looked through, the newest first: more than a day has. */
const OCCURRENCES_MAX = 100;

/** What was done to the fleet until it was over: the rollouts that it is about, and maintenance of the day before. */
const changesOf = async (tx: Queryable, { incident, timeline }: IncidentDetail): Promise<readonly RecordedEvent[]> => {
  const fromMs = (incident.onsetAt ?? incident.openedAt) - REPORTED_BEFORE_MS;
  const untilMs = incident.resolvedAt ?? Infinity;
  const windows = await createQuietRepository(tx).occurrences.list({ limit: OCCURRENCES_MAX });
  const streams = [
    ...reportedRollouts(timeline.map(({ event }) => event)).map(streamOf.rollout),
    ...windows.map(({ maintenanceId }) => streamOf.maintenance(maintenanceId)),
  ];
  const isWithin = ({ event, recordedAtMs }: RecordedEvent): boolean => {
    const atMs = happenedAt(event, recordedAtMs);
    return atMs >= fromMs && atMs <= untilMs;
  };
  return (await readStreams(tx, streams)).filter(isWithin);
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
  const events = [...found.timeline, ...moved, ...(await changesOf(tx, found))].toSorted(
    (a, b) => a.position - b.position,
  );
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

import type { EventData, EventOf, RecordedEvent } from '#contracts';
import { streamOf } from '#contracts';
import type { Queryable } from '../database.js';
import type { Told } from './delivery-told.js';
import { readStream } from '../event-read.js';
import { createIncidentRepository } from '../incident.repository.js';
import { pageBody } from './page-body.js';

/** Told of a page that left without the database. */
export const isSpooledPage = (told: RecordedEvent['event']): told is EventOf<'PageSpooled'> =>
  told.type === 'PageSpooled';

/** Its end is on its way there, or was told after the page. */
const ENDS = `
  select 1 from delivery where dedup_key = $1 and channel = $2 and address is null and subject = 'page' and action = 'resolve'
    and (status = 'due' or (status = 'delivered' and finished_at >= $3)) limit 1`;

/**
 * The end of an incident, for a receiver that has its page, or may have it, and that nobody has told the end: the page is recorded when the
 * incident is over, and its delivery asked for the end elsewhere, or dropped both.
 */
export const spooledEnd = async (tx: Queryable, page: EventData<'PageSpooled'>): Promise<readonly Told[]> => {
  const { channel, dedupKey, action = 'trigger', outcome, isUnknown = false, at } = page;
  if (action !== 'trigger' || (outcome !== 'delivered' && !isUnknown)) return [];
  const incident = await createIncidentRepository(tx).findRow(dedupKey);
  if (incident?.status !== 'resolved' || (await tx.query(ENDS, [dedupKey, channel, at])).length > 0) return [];
  const ends = (await readStream(tx, streamOf.incident(dedupKey))).map(({ event }) => event);
  const resolved = ends.findLast((event) => event.type === 'IncidentResolved');
  if (resolved === undefined) return [];
  const body = pageBody(resolved, incident, {});
  return [{ subject: 'page', action: 'resolve', dedupKey, body, at, to: [{ channel }] }];
};

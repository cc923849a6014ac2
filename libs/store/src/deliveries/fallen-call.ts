import type { Event, EventData } from '#contracts';
import { isCall } from '#domain';
import type { Queryable } from '../database.js';
import type { Told } from './delivery-told.js';

/** Whether a call leaves through another channel, instead of one that was not accepted. */
export const isFallenCall = (told: Event): boolean =>
  told.type === 'DeliveryRequested' && told.data.insteadOf !== undefined && isCall(told.data);

// Of both the end: who need not come any more need not know who took it on.
const SAID_SINCE = `
  select since.action, since.body from delivery call join delivery since
    on since.dedup_key = call.dedup_key and since.channel = call.channel and since.address is not distinct from call.address
  where call.delivery_id = $1 and since.requested_position > call.requested_position
    and since.subject = 'page' and since.action in ('acknowledge', 'resolve')
  order by since.action = 'resolve' desc, since.requested_position desc limit 1`;

/**
 * What became of a call before it fell over: it was said to the receivers that were called by then, and whoever is called only now would
 * keep an alert open that nobody ends. Read in the append of the call, so that nothing is said between the two.
 */
export const saidSince = async (
  tx: Queryable,
  { insteadOf = '', channel, address, person, dedupKey, at }: EventData<'DeliveryRequested'>,
): Promise<readonly Told[]> => {
  const said = await tx.query<Pick<Told, 'action' | 'body'>>(SAID_SINCE, [insteadOf]);
  const to = [{ channel, ...(address === undefined ? {} : { address }), ...(person === undefined ? {} : { person }) }];
  return said.map(({ action, body }) => ({ subject: 'page', action, dedupKey, body, at, to }));
};

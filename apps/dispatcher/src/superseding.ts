import { event, type EventData, streamOf } from '#contracts';
import { decideSuperseded, isHeldUp, type Superseding } from '#domain';
import type { DeliveryQueue, DeliveryQueues, DueDelivery, EventStore, StreamAppend } from '#store';
import type { Channels } from './channels/channel.js';
import { deliveryIdOf } from './delivery-id.js';

/** What superseding needs. */
export interface SupersedingParts {
  readonly queues: Pick<DeliveryQueues, 'queueOf'>;
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly channels: Channels;
}

/** What is on its way, and ends nothing, is not looked at: that would be two queries for each page. */
const mayBeSuperseded = ({ subject, action, attempts, requestedAt }: DueDelivery, nowMs: number): boolean => {
  if (subject !== 'page' && subject !== 'status') return false;
  return action === 'resolve' || action === 'acknowledge' || isHeldUp({ attempts, requestedAt }, nowMs);
};

type Said = Pick<EventData<'DeliveryRequested'>, 'deliveryId' | 'action' | 'body'>;

const askedFor = (head: DueDelivery, said: Said, at: number): StreamAppend => {
  const { subject, channel, dedupKey, address, person } = head;
  const requested = event('DeliveryRequested', {
    ...said,
    subject,
    channel,
    ...(address === null ? {} : { address }),
    ...(person === null ? {} : { person }),
    isUrgent: false,
    dedupKey,
    at,
  });
  return { stream: streamOf.delivery(said.deliveryId), expectedVersion: 0, events: [requested] };
};

/** The notice, and behind it its end where the receiver keeps open what it is told by a key: nobody else would close it. */
const noticeAppends = (
  head: DueDelivery,
  { body, endBody }: NonNullable<Superseding['notice']>,
  ids: readonly string[],
  { isKept, at }: { readonly isKept: boolean; readonly at: number },
): readonly StreamAppend[] => {
  // A trigger by its form, of a key that was never told; its severity wakes nobody.
  const notice = { deliveryId: deliveryIdOf('notice', ...ids), action: 'update', body } as const;
  const end = { deliveryId: deliveryIdOf('end of notice', ...ids), action: 'resolve', body: endBody } as const;
  return (isKept ? [notice, end] : [notice]).map((said) => askedFor(head, said, at));
};

const appendsOf = (
  head: DueDelivery,
  { superseded, notice }: Superseding,
  { queue }: DeliveryQueue,
  how: { readonly isKept: boolean; readonly at: number },
): readonly StreamAppend[] => {
  const versions = new Map(queue.map(({ deliveryId, version }) => [deliveryId, version]));
  const ends = superseded.map(({ deliveryId, because }) => ({
    stream: streamOf.delivery(deliveryId),
    expectedVersion: versions.get(deliveryId) ?? 0,
    events: [event('DeliverySuperseded', { deliveryId, because, at: how.at })],
  }));
  if (notice === undefined) return ends;
  const ids = superseded.map(({ deliveryId }) => deliveryId);
  return [...ends, ...noticeAppends(head, notice, ids, how)];
};

/**
 * Drops what need not be sent any more of the queue that a claimed delivery heads, with a record. Whether the head itself was dropped. What
 * is behind a claimed head is claimed by nobody, so no send of it is under way.
 */
export const supersede = async (parts: SupersedingParts, head: DueDelivery, nowMs: number): Promise<boolean> => {
  if (!mayBeSuperseded(head, nowMs)) return false;
  const waiting = await parts.queues.queueOf(head);
  // Another dispatcher has recorded it meanwhile: our claim had run out.
  if (waiting.queue[0]?.deliveryId !== head.deliveryId) return false;
  // Sent before by somebody who died without a record, or who was broken off: it may have arrived.
  const queue = waiting.queue.map((each, index) => (index === 0 && head.begun > 0 ? { ...each, isLost: true } : each));
  const superseding = decideSuperseded(queue, waiting.before, nowMs);
  if (superseding.superseded.length === 0) return false;
  const how = { isKept: parts.channels.get(head.channel)?.isKeyed === true, at: nowMs };
  const stream = streamOf.delivery(head.deliveryId);
  const result = await parts.eventStore.append(appendsOf(head, superseding, waiting, how), {
    actor: 'dispatcher',
    cause: `${stream}@${head.version}`,
  });
  return !('conflict' in result) && superseding.superseded.some(({ deliveryId }) => deliveryId === head.deliveryId);
};

import { event, type EventData, streamOf } from '#contracts';
import { decideFallOver, type FallOver, overBody, overEndBody, receiverState } from '#domain';
import type { Clock, Logger } from '#runtime';
import type { DeliveryClaims, DeliveryQueues, EventStore, FailingRow, StreamAppend } from '#store';
import type { Channels } from './channels/channel.js';
import { deliveryIdOf } from './delivery-id.js';

/** What falling over needs. */
export interface FallOverParts {
  readonly queues: Pick<DeliveryQueues, 'failing' | 'disabled'>;
  readonly claims: Pick<DeliveryClaims, 'receivers'>;
  readonly eventStore: EventStore;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The channels for pages, in the order in which they stand in for each other. */
  readonly order: readonly string[];
  /** Told when a call was asked for through another channel. */
  readonly onFellOver: () => void;
}

/** Calls of one run; those beyond them are looked at by the next, 200 ms later. */
const CALLS_MAX = 50;

type Said = Pick<EventData<'DeliveryRequested'>, 'deliveryId' | 'action' | 'isUrgent' | 'body'>;

/** What is over calls nobody there: a notice says that it was, once, in the place of both, and ends where it would stay open. */
const saidInstead = (row: FailingRow, toChannel: string, isKept: boolean): readonly Said[] => {
  const { deliveryId, action, isUrgent, body, endBody } = row;
  const id = deliveryIdOf('instead of', deliveryId, toChannel);
  if (endBody === null) return [{ deliveryId: id, action, isUrgent, body }];
  const notice = { deliveryId: id, action: 'update', isUrgent: false, body: overBody(body, endBody) } as const;
  const end = { deliveryId: deliveryIdOf('end instead of', deliveryId, toChannel), action: 'resolve' } as const;
  return isKept ? [notice, { ...end, isUrgent: false, body: overEndBody(endBody) }] : [notice];
};

const insteadOf = (
  row: FailingRow,
  { toChannel, because }: FallOver,
  { isKept, at }: { readonly isKept: boolean; readonly at: number },
): readonly StreamAppend[] => {
  const { deliveryId, subject, channel, person, dedupKey } = row;
  return saidInstead(row, toChannel, isKept).map(({ body, ...said }) => {
    const requested = event('DeliveryRequested', {
      ...said,
      subject,
      channel: toChannel,
      ...(person === null ? {} : { person }),
      insteadOf: deliveryId,
      dedupKey,
      body: { ...body, insteadOf: { channel, because } },
      at,
    });
    return { stream: streamOf.delivery(said.deliveryId), expectedVersion: 0, events: [requested] };
  });
};

/**
 * Has calls that were not accepted in their time, or were given up, leave through the next channel as well. Each goes through each
 * channel at most once, so that two dead channels do not play it to each other.
 */
export class FallOverReconciler {
  constructor(private readonly parts: FallOverParts) {}

  /** One run. */
  readonly reconcile = async (): Promise<void> => {
    const { queues, claims, clock, order, onFellOver } = this.parts;
    if (order.length === 0) return;
    const nowMs = clock.nowMs();
    const rows = await queues.failing(nowMs, order, CALLS_MAX);
    if (rows.length === 0) return;
    const dead = (await claims.receivers())
      .filter((each) => each.address === '' && receiverState(each, nowMs) === 'open')
      .map(({ channel }) => channel);
    const unwell = [...(await queues.disabled()).keys(), ...dead];
    for (const row of rows) await this.fallOver(row, unwell, nowMs);
    onFellOver();
  };

  private async fallOver(row: FailingRow, unwell: readonly string[], nowMs: number): Promise<void> {
    const { eventStore, logger, order, channels } = this.parts;
    const { deliveryId, channel, dedupKey, action, status, lastDetail, askedAt, tried, accepted, asked, version } = row;
    const call = { channel, isGivenUp: status === 'gave_up', lastDetail, requestedAt: askedAt, tried };
    const next = decideFallOver(call, { order, accepted, asked, unwell }, nowMs);
    if (next === undefined) return;
    const { toChannel, because } = next;
    const isKept = channels.get(toChannel)?.isKeyed === true;
    const stream = streamOf.delivery(deliveryId);
    const fell = event('DeliveryFellOver', { deliveryId, toChannel, because, at: nowMs });
    const appends = [
      { stream, expectedVersion: version, events: [fell] },
      ...(next.isAsked ? [] : insteadOf(row, next, { isKept, at: nowMs })),
    ];
    const result = await eventStore.append(appends, { actor: 'dispatcher', cause: `${stream}@${version}` });
    // An attempt was recorded meanwhile, or another dispatcher was first: the next run looks again.
    if ('conflict' in result) return;
    logger.warn({ channel, toChannel, dedupKey, action, because }, 'a call falls over to another channel');
  }
}

import { event, streamOf } from '#contracts';
import { decideFallOver, type FallOver, overBody, receiverState } from '#domain';
import type { Clock, Logger } from '#runtime';
import type { DeliveryClaims, DeliveryQueues, EventStore, FailingRow, StreamAppend } from '#store';
import { deliveryIdOf } from './delivery-id.js';

/** What falling over needs. */
export interface FallOverParts {
  readonly queues: Pick<DeliveryQueues, 'failing' | 'disabled'>;
  readonly claims: Pick<DeliveryClaims, 'receivers'>;
  readonly eventStore: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The channels for pages, in the order in which they stand in for each other. */
  readonly order: readonly string[];
  /** Told when a call was asked for through another channel. */
  readonly onFellOver: () => void;
}

/** Calls of one run; those beyond them are looked at by the next, 200 ms later. */
const CALLS_MAX = 50;

/** What is over calls nobody there: a notice says that it was, once, in the place of both. */
const insteadOf = (row: FailingRow, { toChannel, because }: FallOver, at: number): StreamAppend => {
  const { deliveryId, subject, channel, person, dedupKey, endBody } = row;
  const { action, isUrgent, body } =
    endBody === null ? row : { action: 'update' as const, isUrgent: false, body: overBody(row.body, endBody) };
  const id = deliveryIdOf('instead of', deliveryId, toChannel);
  const requested = event('DeliveryRequested', {
    deliveryId: id,
    subject,
    action,
    channel: toChannel,
    ...(person === null ? {} : { person }),
    isUrgent,
    insteadOf: deliveryId,
    dedupKey,
    body: { ...body, insteadOf: { channel, because } },
    at,
  });
  return { stream: streamOf.delivery(id), expectedVersion: 0, events: [requested] };
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
    const { eventStore, logger, order } = this.parts;
    const { deliveryId, channel, dedupKey, action, status, lastDetail, askedAt, tried, accepted, asked, version } = row;
    const call = { channel, isGivenUp: status === 'gave_up', lastDetail, requestedAt: askedAt, tried };
    const next = decideFallOver(call, { order, accepted, asked, unwell }, nowMs);
    if (next === undefined) return;
    const { toChannel, because } = next;
    const stream = streamOf.delivery(deliveryId);
    const fell = event('DeliveryFellOver', { deliveryId, toChannel, because, at: nowMs });
    const appends = [
      { stream, expectedVersion: version, events: [fell] },
      ...(next.isAsked ? [] : [insteadOf(row, next, nowMs)]),
    ];
    const result = await eventStore.append(appends, { actor: 'dispatcher', cause: `${stream}@${version}` });
    // An attempt was recorded meanwhile, or another dispatcher was first: the next run looks again.
    if ('conflict' in result) return;
    logger.warn({ channel, toChannel, dedupKey, action, because }, 'a call falls over to another channel');
  }
}

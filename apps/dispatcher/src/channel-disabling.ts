import { event, type EventData, streamOf } from '#contracts';
import { decideDisabling, ENABLED, evolveChannel, isChannelEvent } from '#domain';
import type { EventStore, StreamAppend } from '#store';
import { deliveryIdOf } from './delivery-id.js';

/** The key under which people are told of a channel itself. */
export const channelKeyOf = (channel: string): string => `channel-${channel}`;

const toldAppend = (disabled: EventData<'ChannelDisabled'>, through: string, version: number): StreamAppend => {
  const { channel, because, at } = disabled;
  const deliveryId = deliveryIdOf('disabled', channel, String(version), through);
  const requested = event('DeliveryRequested', {
    deliveryId,
    subject: 'page',
    action: 'trigger',
    channel: through,
    dedupKey: channelKeyOf(channel),
    body: {
      title: `nothing is sent through channel ${channel} any more: ${because}`,
      severity: 'error',
      rule: 'channel_disabled',
      at,
    },
    at,
  });
  return { stream: streamOf.delivery(deliveryId), expectedVersion: 0, events: [requested] };
};

/** Disables a channel whose receiver wants nothing more, and tells people through another, where there is one; once. */
export const disableChannel = async (
  eventStore: EventStore,
  disabled: EventData<'ChannelDisabled'>,
  through: string | undefined,
): Promise<void> => {
  const stream = streamOf.channel(disabled.channel);
  const recorded = await eventStore.readStream(stream);
  const known = recorded.reduce(
    (before, { event: told }) => (isChannelEvent(told) ? evolveChannel(before, told) : before),
    ENABLED,
  );
  const [data] = decideDisabling(known, disabled);
  if (data === undefined) return;
  const version = recorded.at(-1)?.version ?? 0;
  const appends = [
    { stream, expectedVersion: version, events: [event('ChannelDisabled', data)] },
    ...(through === undefined ? [] : [toldAppend(data, through, version)]),
  ];
  // On a conflict another dispatcher has disabled it in the same moment.
  await eventStore.append(appends, { actor: 'dispatcher', cause: `the receiver of ${disabled.channel}` });
};

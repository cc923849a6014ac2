import { event, type EventData, streamOf } from '#contracts';
import { channelNews, decideDisabling, ENABLED, evolveChannel, isChannelEvent } from '#domain';
import type { EventStore, StreamAppend } from '#store';

/** The channel through which people are told of another; undefined: there is none. */
export const standInFor = (
  channel: string,
  order: readonly string[],
  disabled: ReadonlyMap<string, string>,
): string | undefined => order.find((name) => name !== channel && !disabled.has(name));

const toldAppend = (disabled: EventData<'ChannelDisabled'>, through: string, version: number): StreamAppend => {
  const { channel, because, at } = disabled;
  const requested = channelNews({
    channel,
    through,
    rule: 'channel_disabled',
    title: `nothing is sent through channel ${channel} any more: ${because}`,
    severity: 'error',
    behind: String(version),
    at,
  });
  return { stream: streamOf.delivery(requested.data.deliveryId), expectedVersion: 0, events: [requested] };
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

import { decisionId, event, type EventData, type EventOf } from '#contracts';

type Requested = EventData<'DeliveryRequested'>;

/** The key under which people are told of a channel itself: of each at most one thing is open. */
export const channelKeyOf = (channel: string): string => `channel-${channel}`;

/** What was asked for under the key of a channel. */
export interface ChannelTold extends Pick<Requested, 'deliveryId' | 'action' | 'channel' | 'body'> {
  readonly address: string | null;
}

/** What people are told of a channel, through another one. */
export interface ChannelNews {
  readonly channel: string;
  readonly through: string;
  readonly rule: 'channel_disabled' | 'channel_failing';
  readonly title: string;
  readonly severity: 'error' | 'warning';
  /** What was told under its key before: two dispatchers that see the same ask for the same. */
  readonly behind: string;
  readonly at: number;
}

/** The longest title; receivers take no more of it. */
const TITLE_CHARS_MAX = 300;

/** Tells of a channel. It is a call: where it is not accepted it falls over as others do. */
export const channelNews = ({ channel, through, rule, title, severity, behind, at }: ChannelNews) =>
  event('DeliveryRequested', {
    deliveryId: decisionId(JSON.stringify([rule, channel, behind, through])),
    subject: 'page',
    action: 'trigger',
    channel: through,
    dedupKey: channelKeyOf(channel),
    body: { title: title.slice(0, TITLE_CHARS_MAX), severity, rule, at },
    at,
  });

/** Tells everybody who was told of a channel, the newest first, that it is over; it may have fallen over to several. */
export const channelEnds = (
  channel: string,
  newestFirst: readonly ChannelTold[],
  because: string,
  at: number,
): readonly EventOf<'DeliveryRequested'>[] => {
  const last = new Map<string, ChannelTold>();
  for (const told of newestFirst) {
    const receiver = JSON.stringify([told.channel, told.address]);
    if (!last.has(receiver)) last.set(receiver, told);
  }
  const open = [...last.values()].filter(({ action }) => action !== 'resolve');
  return open.map(({ deliveryId, channel: through, address, body }) =>
    event('DeliveryRequested', {
      deliveryId: decisionId(JSON.stringify(['over', deliveryId])),
      subject: 'page',
      action: 'resolve',
      channel: through,
      ...(address === null ? {} : { address }),
      dedupKey: channelKeyOf(channel),
      body: { ...body, because, at },
      at,
    }),
  );
};

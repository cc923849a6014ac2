/** A page about stale telemetry that some dispatcher has recorded, with what came of it. */
export interface SentStalePage {
  /** Of its episode. */
  readonly staleId: string;
  readonly channel: string;
  readonly action: 'trigger' | 'resolve';
  readonly isDelivered: boolean;
}

/** What nobody is known to have said through a channel. */
export type UnsaidStalePage = Pick<SentStalePage, 'staleId' | 'channel' | 'action'>;

/** Who notices an episode first says it; what is not recorded after this time nobody does: sent and recorded it would be within two seconds. */
export const CATCH_UP_AFTER_MS = 10_000;

const isOf = (page: UnsaidStalePage) => (sent: SentStalePage) =>
  sent.staleId === page.staleId && sent.channel === page.channel && sent.action === page.action;

/** The beginning of an episode that lasts, through the channels through which it was not said: whoever recorded it was killed before. */
export const unsaidBeginnings = (
  staleId: string,
  channels: readonly string[],
  sent: readonly SentStalePage[],
): readonly UnsaidStalePage[] =>
  channels
    .map((channel) => ({ staleId, channel, action: 'trigger' }) as const)
    .filter((page) => !sent.some(isOf(page)));

/** The ends of episodes that are over, through the channels that have taken the beginning: whoever said that is gone. */
export const unsaidEnds = (channels: readonly string[], sent: readonly SentStalePage[]): readonly UnsaidStalePage[] =>
  sent
    .filter(({ channel, action, isDelivered }) => action === 'trigger' && isDelivered && channels.includes(channel))
    .map(({ staleId, channel }) => ({ staleId, channel, action: 'resolve' }) as const)
    .filter((page) => !sent.some(isOf(page)));

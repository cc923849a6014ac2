import type { DueDelivery } from '#store';
import type { AttemptVerdict } from './channels/attempt.decide.js';
import type { Channel, Channels } from './channels/channel.js';

/** What is to be done with a delivery that was claimed. */
export type DeliveryStep =
  | { readonly do: 'send'; readonly channel: Channel }
  | { readonly do: 'give up'; readonly because: string };

/** Until when a delivery may be sent; undefined: always. A command without an expiry must not be sent at all. */
const expiryOf = ({ subject, body }: DueDelivery): number | undefined => {
  if (subject !== 'command') return undefined;
  const { expiresAtMs } = body;
  return typeof expiresAtMs === 'number' ? expiresAtMs : 0;
};

/** Sends, unless nobody can take it any more or nobody may act on it any more. */
export const decideDelivery = (delivery: DueDelivery, channels: Channels, nowMs: number): DeliveryStep => {
  const channel = channels.get(delivery.channel);
  if (channel === undefined)
    return { do: 'give up', because: `channel ${delivery.channel} is not configured any more` };
  const expiresAtMs = expiryOf(delivery);
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs)
    return { do: 'give up', because: `the command expired ${nowMs - expiresAtMs} ms ago` };
  return { do: 'send', channel };
};

/** A retry of a command is due at its expiry at the latest: then it is given up, and the next command of the channel may leave. */
export const withinExpiry = (delivery: DueDelivery, verdict: AttemptVerdict): AttemptVerdict => {
  const expiresAtMs = expiryOf(delivery);
  if (verdict.dueAtMs === null || expiresAtMs === undefined) return verdict;
  return { ...verdict, dueAtMs: Math.min(verdict.dueAtMs, expiresAtMs) };
};

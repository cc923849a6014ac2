import type { DueDelivery } from '#store';
import type { AttemptVerdict } from './channels/attempt.decide.js';
import type { Channel, Channels } from './channels/channel.js';

/** What is to be done with a delivery that was claimed. */
export type DeliveryStep =
  | { readonly do: 'send'; readonly channel: Channel; readonly wasUnknown: boolean }
  | { readonly do: 'give up'; readonly because: string; readonly isUnknown?: boolean };

/** The longest that anything is tried: a page that late helps nobody, and a notice of the outage says what a page would have said. */
export const DELIVERY_AGE_MAX_MS = 2 * 3_600_000;

/** Until when a delivery may be sent; undefined: always. A command without an expiry must not be sent at all. */
const expiryOf = ({ subject, body }: DueDelivery): number | undefined => {
  if (subject !== 'command') return undefined;
  const { expiresAtMs } = body;
  return typeof expiresAtMs === 'number' ? expiresAtMs : 0;
};

/** Why nobody may be told of it any more; undefined: they may. */
const tooLate = (delivery: DueDelivery, nowMs: number): string | undefined => {
  const expiresAtMs = expiryOf(delivery);
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return `the command expired ${nowMs - expiresAtMs} ms ago`;
  const isOld = expiresAtMs === undefined && nowMs - delivery.askedAt >= DELIVERY_AGE_MAX_MS;
  return isOld ? `not accepted for ${Math.round(DELIVERY_AGE_MAX_MS / 60_000)} minutes` : undefined;
};

/**
 * Sends, unless nobody can take it any more or nobody may act on it any more. Whoever began to send it and died may have sent it: where
 * the receiver cannot tell a repetition, it goes out once more at most.
 */
export const decideDelivery = (
  delivery: DueDelivery,
  channels: Channels,
  disabled: ReadonlyMap<string, string>,
  nowMs: number,
): DeliveryStep => {
  const { channel: name, begun } = delivery;
  const channel = channels.get(name);
  if (channel === undefined) return { do: 'give up', because: `channel ${name} is not configured any more` };
  const off = disabled.get(name);
  if (off !== undefined) return { do: 'give up', because: `channel ${name} is disabled: ${off}` };
  const because = tooLate(delivery, nowMs);
  if (because !== undefined) return { do: 'give up', because };
  const doubts = channel.isKeyed ? 0 : begun + (delivery.isUnknown ? 1 : 0);
  if (doubts > 1) return { do: 'give up', because: 'may have arrived twice', isUnknown: true };
  return { do: 'send', channel, wasUnknown: doubts > 0 };
};

/** A retry of a command is due at its expiry at the latest: then it is given up, and the next command of the channel may leave. */
export const withinExpiry = (delivery: DueDelivery, verdict: AttemptVerdict): AttemptVerdict => {
  const expiresAtMs = expiryOf(delivery);
  if (verdict.dueAtMs === null || expiresAtMs === undefined) return verdict;
  return { ...verdict, dueAtMs: Math.min(verdict.dueAtMs, expiresAtMs) };
};

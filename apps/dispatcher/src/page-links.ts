import { redact } from '#outgoing';
import { LINK_MS_MAX, REPLY_ACTIONS, signActLink } from '#contracts';
import type { LinkSettings } from '#runtime';
import type { AttemptAnswer } from './channels/attempt.decide.js';
import type { Channel, Channels, OutgoingDelivery } from './channels/channel.js';

/** Pages that ask somebody to do something; what tells of an end shows the incident, and nothing can be done there. */
const ASKING: ReadonlySet<OutgoingDelivery['action']> = new Set(['trigger', 'update', 'escalate', 'request']);

/** What is told again for longer than a link lives gets a new one in its middle. */
const RENEWED_EVERY_MS = LINK_MS_MAX / 2;

/** Longest id of an incident that a link may name. */
const ID_CHARS_MAX = 128;

type Sent = OutgoingDelivery & { readonly person?: string | null };

/** What links are signed with, and where they lead. */
interface Signing {
  readonly secret: string;
  readonly publicUrl: URL;
}

const linkedOf = (
  { secret, publicUrl }: Signing,
  channel: string,
  delivery: Sent,
  fromMs: number,
): { readonly delivery: OutgoingDelivery; readonly token: string } | undefined => {
  const { subject, action, body, person } = delivery;
  const { incidentId, links } = body;
  if (subject !== 'page' || typeof incidentId !== 'string') return undefined;
  if (incidentId === '' || incidentId.length > ID_CHARS_MAX) return undefined;
  const isAsking = ASKING.has(action);
  const token = signActLink(secret, {
    incidentId,
    actions: isAsking ? REPLY_ACTIONS : [],
    person: person ?? channel,
    expiresAtMs: fromMs + LINK_MS_MAX,
  });
  const base = publicUrl.href.endsWith('/') ? publicUrl.href : `${publicUrl.href}/`;
  const text = isAsking ? 'acknowledge, silence or roll back' : 'see the incident';
  const own = { href: new URL(`act/${token}`, base).href, text };
  const others = Array.isArray(links) ? (links as unknown[]) : [];
  return { delivery: { ...delivery, body: { ...body, links: [own, ...others] } }, token };
};

/** By the page's own time, so that an attempt that is repeated says the same. */
const toldAtMs = ({ body: { at } }: OutgoingDelivery, nowMs: number): number =>
  typeof at === 'number' ? Math.min(at, nowMs) : nowMs;

/** A receiver may answer with what it was sent: its answer is recorded, and the link lets nobody act from there. */
const without = (answer: AttemptAnswer, tokens: readonly string[]): AttemptAnswer => ({
  ...answer,
  detail: redact(answer.detail, tokens),
});

/**
 * The channel, whose pages carry a signed link to their incident: the one address of an incident that is served. It is put in as a page is
 * sent, or told again: what is recorded of a page lets nobody act.
 */
export const linkedChannel = (channel: Channel, signing: Signing): Channel => {
  const { name, refresh } = channel;
  return {
    ...channel,
    send: async (delivery, attempt) => {
      const linked = linkedOf(signing, name, delivery, toldAtMs(delivery, attempt.nowMs));
      if (linked === undefined) return channel.send(delivery, attempt);
      return without(await channel.send(linked.delivery, attempt), [linked.token]);
    },
    refresh: refresh && {
      ...refresh,
      send: async (deliveries, attempt) => {
        const renewedAtMs = attempt.nowMs - (attempt.nowMs % RENEWED_EVERY_MS);
        const linked = deliveries.map((delivery) =>
          linkedOf(signing, name, delivery, Math.max(toldAtMs(delivery, attempt.nowMs), renewedAtMs)),
        );
        const sent = deliveries.map((delivery, index) => linked[index]?.delivery ?? delivery);
        return without(
          await refresh.send(sent, attempt),
          linked.flatMap((each) => each?.token ?? []),
        );
      },
    },
  };
};

/** The same channels, whose pages carry links, where there is a secret to sign them with and an address that they lead to. */
export const withLinks = (channels: Channels, { secret, publicUrl }: LinkSettings): Channels =>
  secret === undefined || publicUrl === undefined
    ? channels
    : new Map([...channels].map(([name, channel]) => [name, linkedChannel(channel, { secret, publicUrl })]));

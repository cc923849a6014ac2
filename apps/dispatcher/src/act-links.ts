import { LINK_MS_MAX, signActLink } from '#contracts';
import type { LinkSettings } from '#runtime';
import type { Channel, Channels, OutgoingDelivery } from './channels/channel.js';
import { redact } from './channels/post.js';

/** Pages that ask somebody to do something; one that tells of an end needs no link. */
const ASKING: ReadonlySet<OutgoingDelivery['action']> = new Set(['trigger', 'update', 'escalate', 'request']);

const linkOf = (
  { body, person }: OutgoingDelivery & { readonly person?: string | null },
  channel: string,
  secret: string,
  publicUrl: URL,
  nowMs: number,
): { readonly href: string; readonly text: string } | undefined => {
  const { incidentId, at } = body;
  if (typeof incidentId !== 'string') return undefined;
  // By the page's own time, so that an attempt that is repeated says the same.
  const fromMs = typeof at === 'number' ? Math.min(at, nowMs) : nowMs;
  const token = signActLink(secret, {
    incidentId,
    actions: ['acknowledge', 'silence', 'resolve', 'roll_back'],
    person: person ?? channel,
    expiresAtMs: fromMs + LINK_MS_MAX,
  });
  const base = publicUrl.href.endsWith('/') ? publicUrl.href : `${publicUrl.href}/`;
  return { href: new URL(`act/${token}`, base).href, text: 'acknowledge, silence or roll back' };
};

const withLink = (
  delivery: OutgoingDelivery,
  link: { readonly href: string; readonly text: string },
): OutgoingDelivery => {
  const { links } = delivery.body;
  return {
    ...delivery,
    body: { ...delivery.body, links: [link, ...(Array.isArray(links) ? (links as unknown[]) : [])] },
  };
};

const linked = (channel: Channel, secret: string, publicUrl: URL): Channel => ({
  ...channel,
  send: async (delivery, attempt) => {
    const isAsking = delivery.subject === 'page' && ASKING.has(delivery.action);
    const link = isAsking ? linkOf(delivery, channel.name, secret, publicUrl, attempt.nowMs) : undefined;
    if (link === undefined) return channel.send(delivery, attempt);
    const answer = await channel.send(withLink(delivery, link), attempt);
    // A receiver that answers with what it was sent: its answer is recorded, and the link lets nobody act from there.
    return { ...answer, detail: redact(answer.detail, [link.href.slice(link.href.lastIndexOf('/') + 1)]) };
  },
});

/** The same channels, whose pages carry a signed link. It is put in as a page is sent: what is recorded of a page lets nobody act. */
export const withActLinks = (channels: Channels, { secret, publicUrl }: LinkSettings): Channels =>
  secret === undefined || publicUrl === undefined
    ? channels
    : new Map([...channels].map(([name, channel]) => [name, linked(channel, secret, publicUrl)]));

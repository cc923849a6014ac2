import type { Channel, OutgoingDelivery } from './channel.js';

/** Where people read of an incident. */
export const incidentUrl = (publicUrl: URL, incidentId: string): string =>
  `${publicUrl.href.replace(/\/+$/, '')}/incidents/${encodeURIComponent(incidentId)}`;

const linked = (delivery: OutgoingDelivery, publicUrl: URL): OutgoingDelivery => {
  const { subject, body } = delivery;
  const { incidentId, links } = body;
  if (subject !== 'page' || typeof incidentId !== 'string') return delivery;
  const own = { href: incidentUrl(publicUrl, incidentId), text: 'Open the incident' };
  return { ...delivery, body: { ...body, links: [own, ...(Array.isArray(links) ? links : [])] } };
};

/**
 * The channel, with one link to its incident in front of what a page's body links to. Made when it is sent: the address is a setting of
 * today, and no part of what was recorded.
 */
export const linkedChannel = (channel: Channel, publicUrl: URL): Channel => ({
  ...channel,
  send: (delivery, attempt) => channel.send(linked(delivery, publicUrl), attempt),
});

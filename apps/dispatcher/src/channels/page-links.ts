import type { Channel, OutgoingDelivery } from './channel.js';

/** Where people read of an incident. Half of a surrogate pair has no place in an address. */
export const incidentUrl = (publicUrl: URL, incidentId: string): string => {
  const id = encodeURIComponent(incidentId.replaceAll(/\p{Surrogate}/gu, '?'));
  return `${publicUrl.href.replace(/\/+$/, '')}/incidents/${id}`;
};

const linked = (delivery: OutgoingDelivery, publicUrl: URL): OutgoingDelivery => {
  const { subject, body } = delivery;
  const { incidentId, links } = body;
  if (subject !== 'page' || typeof incidentId !== 'string') return delivery;
  // A page has one link: where it has a signed one, that shows the incident too.
  if (Array.isArray(links) && links.length > 0) return delivery;
  const own = { href: incidentUrl(publicUrl, incidentId), text: 'Open the incident' };
  return { ...delivery, body: { ...body, links: [own] } };
};

/**
 * The channel, with a link to its incident where a page's body has none. Made when it is sent: the address is a setting of
 * today, and no part of what was recorded.
 */
export const linkedChannel = (channel: Channel, publicUrl: URL): Channel => {
  const { refresh } = channel;
  const link = (delivery: OutgoingDelivery): OutgoingDelivery => linked(delivery, publicUrl);
  return {
    ...channel,
    send: (delivery, attempt) => channel.send(link(delivery), attempt),
    refresh: refresh && { ...refresh, send: (deliveries, attempt) => refresh.send(deliveries.map(link), attempt) },
  };
};

import { createHmac } from 'node:crypto';
import type { Channel, OutgoingDelivery } from './channel.js';

/** Standard Webhooks asks for 15 to 30 s; the shorter end, since a page waits behind it. */
const TIMEOUT_MS = 15_000;

/** Where a webhook goes and the secret both sides hold. */
export interface WebhookTarget {
  readonly name: string;
  readonly url: URL;
  /** 24 to 64 bytes. */
  readonly secret: Uint8Array;
}

const TYPE_OF: Record<OutgoingDelivery['action'], string> = {
  trigger: 'incident.opened',
  acknowledge: 'incident.acknowledged',
  resolve: 'incident.resolved',
  command: 'command.issued',
};

/** The Standard Webhooks 1.0.0 signature of a message, as its header holds it. */
export const webhookSignature = (secret: Uint8Array, id: string, timestampS: number, body: string): string =>
  `v1,${createHmac('sha256', secret).update(`${id}.${timestampS}.${body}`).digest('base64')}`;

const dataOf = (delivery: OutgoingDelivery): unknown =>
  delivery.subject === 'command' ? delivery.body : { incidentId: delivery.dedupKey, ...delivery.body };

/**
 * A signed webhook after Standard Webhooks 1.0.0. The id is the delivery's, the same over all attempts; the time is the attempt's,
 * so that receivers may refuse old messages.
 */
export const webhookChannel = ({ name, url, secret }: WebhookTarget): Channel => ({
  name,
  // The path of a webhook is often its password.
  secrets: [Buffer.from(secret).toString('base64'), url.href, ...(url.pathname.length > 8 ? [url.pathname] : [])],
  requestOf: (delivery, nowMs) => {
    const timestampS = Math.floor(nowMs / 1_000);
    const message = {
      type: TYPE_OF[delivery.action],
      timestamp: new Date(nowMs).toISOString(),
      data: dataOf(delivery),
    };
    const body = JSON.stringify(message);
    return {
      url,
      headers: {
        'content-type': 'application/json',
        'webhook-id': delivery.deliveryId,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': webhookSignature(secret, delivery.deliveryId, timestampS, body),
      },
      body,
      timeoutMs: TIMEOUT_MS,
    };
  },
});

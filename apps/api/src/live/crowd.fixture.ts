import { event, streamOf } from '#contracts';
import type { StreamAppend } from '#store';

/** Bytes of a page that is to be sent: what a page of text and numbers has, ten times over. */
export const HEAVY_BYTES = 65_536;

/** An event that is as small as events are. */
export const light = (n: number): StreamAppend => ({
  stream: streamOf.key(`none-${n}`),
  expectedVersion: 0,
  events: [event('ApiKeyRevoked', { keyId: `none-${n}` })],
});

/** An event that fills sockets. */
export const heavy = (n: number): StreamAppend => ({
  stream: streamOf.delivery(`d${n}`),
  expectedVersion: 0,
  events: [
    event('DeliveryRequested', {
      deliveryId: `d${n}`,
      subject: 'page',
      action: 'trigger',
      channel: 'nobody',
      dedupKey: `d${n}`,
      body: { text: 'x'.repeat(HEAVY_BYTES) },
      at: n,
    }),
  ],
});

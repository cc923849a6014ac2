import { event, streamOf } from '#contracts';
import { type Chapter, HISTORY_AT_MS as T } from './event-history-parts.fixture.js';

const requested = (deliveryId: string, changes: { readonly channel?: string; readonly insteadOf?: string } = {}) =>
  event('DeliveryRequested', {
    deliveryId,
    subject: 'page',
    action: 'trigger',
    channel: 'pagerduty',
    dedupKey: 'in9',
    body: { severity: 'critical' },
    at: T + 90_000,
    ...changes,
  });

const gaveUp = (deliveryId: string) =>
  event('DeliveryAttempted', {
    deliveryId,
    attempt: 1,
    outcome: 'gave_up',
    status: null,
    detail: 'timeout: no answer within 10000 ms',
    isLost: true,
    isUnknown: true,
    receiverId: '1690000000.000100',
    dueAtMs: null,
    at: T + 90_100,
  });

const disabled = (channel: string) =>
  event('ChannelDisabled', { channel, because: 'its receiver wants nothing more', at: T + 90_300 });

/** What becomes of deliveries beside being sent, and of channels. */
export const deliveriesChapter: Chapter = [
  [
    streamOf.delivery('fell'),
    0,
    [
      requested('fell'),
      gaveUp('fell'),
      event('DeliveryFellOver', { deliveryId: 'fell', toChannel: 'webhook', because: 'given up', at: T + 90_200 }),
    ],
  ],
  [streamOf.delivery('instead'), 0, [requested('instead', { channel: 'webhook', insteadOf: 'fell' })]],
  [
    streamOf.delivery('superseded'),
    0,
    [
      requested('superseded'),
      event('DeliverySuperseded', { deliveryId: 'superseded', because: 'it is over', at: T + 90_200 }),
    ],
  ],
  [
    streamOf.delivery('retried'),
    0,
    [
      requested('retried'),
      gaveUp('retried'),
      event('DeliveryRetried', { deliveryId: 'retried', by: 'operator:ana', at: T + 90_400 }),
    ],
  ],
  [streamOf.channel('webhook'), 0, [disabled('webhook')]],
  [
    streamOf.channel('pagerduty'),
    0,
    [disabled('pagerduty'), event('ChannelEnabled', { channel: 'pagerduty', by: 'operator:ana', at: T + 90_500 })],
  ],
];

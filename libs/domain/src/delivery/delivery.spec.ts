import { event, type EventData } from '#contracts';
import { decideDisabling, decideEnabling, ENABLED, evolveChannel } from './channel-switch.js';
import { type Delivery, evolveDelivery } from './delivery.js';
import { decideRetry } from './retry.decide.js';
import { isUrgentDelivery } from './urgency.js';

type DeliveryEvent = Parameters<typeof evolveDelivery>[1];

const requested = (changes: Partial<EventData<'DeliveryRequested'>> = {}) =>
  event('DeliveryRequested', {
    deliveryId: 'd1',
    subject: 'page',
    action: 'trigger',
    channel: 'webhook',
    dedupKey: 'in1',
    body: {},
    at: 1,
    ...changes,
  });
const attempted = (outcome: 'delivered' | 'retry' | 'gave_up') =>
  event('DeliveryAttempted', {
    deliveryId: 'd1',
    attempt: 1,
    outcome,
    status: 500,
    detail: 'x',
    dueAtMs: outcome === 'retry' ? 9 : null,
    at: 2,
  });
const after = (...events: readonly DeliveryEvent[]) => events.reduce<Delivery | undefined>(evolveDelivery, undefined);
const acting = { by: 'operator:ana', at: 100 };
const retried = event('DeliveryRetried', { deliveryId: 'd1', by: 'operator:ana', at: 100 });

describe('a delivery', () => {
  it('is due until it is delivered, given up or superseded, and again when somebody has it sent again', () => {
    expect(after(requested(), attempted('retry'))).toMatchObject({ status: 'due', dueAtMs: 9 });
    expect(after(requested(), attempted('delivered'))).toMatchObject({ status: 'delivered', finishedAtMs: 2 });
    expect(after(requested(), attempted('gave_up'))).toMatchObject({ status: 'gave_up', because: 'x' });
    const superseded = event('DeliverySuperseded', { deliveryId: 'd1', because: 'newer', at: 3 });
    expect(after(requested(), superseded)).toMatchObject({ status: 'superseded', because: 'newer' });
    const fell = event('DeliveryFellOver', { deliveryId: 'd1', toChannel: 'email', because: 'slow', at: 3 });
    expect(after(requested(), fell)).toMatchObject({ status: 'due', fellOver: [{ toChannel: 'email' }] });
    const again = after(requested(), attempted('gave_up'), retried);
    expect(again).toMatchObject({ status: 'due', dueAtMs: 100, attempts: [{ attempt: 1 }], retries: [{ at: 100 }] });
    expect(again).not.toHaveProperty('because');
    expect(after(attempted('retry'))).toBeUndefined();
  });

  it('is sent again when it was given up, and not otherwise', () => {
    expect(decideRetry(after(requested(), attempted('gave_up')), false, acting)).toEqual([retried]);
    for (const other of [after(requested()), after(requested(), attempted('delivered'))])
      expect(decideRetry(other, false, acting)).toMatchObject({ refused: 'DELIVERY_NOT_GIVEN_UP' });
    expect(decideRetry(undefined, false, acting)).toMatchObject({ refused: 'NOT_FOUND' });
    const command = (expiresAtMs: number) =>
      after(requested({ subject: 'command', body: { expiresAtMs } }), attempted('gave_up'));
    expect(decideRetry(command(100), false, acting)).toMatchObject({ refused: 'DELIVERY_NOT_GIVEN_UP' });
    expect(decideRetry(command(101), false, acting)).toEqual([retried]);
    // A call whose incident is over; what is no call may still be said.
    const gaveUp = attempted('gave_up');
    expect(decideRetry(after(requested(), gaveUp), true, acting)).toMatchObject({ refused: 'DELIVERY_NOT_GIVEN_UP' });
    expect(decideRetry(after(requested({ action: 'resolve' }), gaveUp), true, acting)).toEqual([retried]);
  });

  it('is urgent as its maker says, or as a critical call, a P0 or a command', () => {
    const urgent = (changes: Partial<Parameters<typeof isUrgentDelivery>[0]>): boolean =>
      isUrgentDelivery({ subject: 'page', action: 'trigger', body: {}, ...changes });
    expect(urgent({ body: { severity: 'critical' } })).toBe(true);
    expect(urgent({ body: { priority: 'P0' }, action: 'escalate' })).toBe(true);
    expect(urgent({ subject: 'command', action: 'command' })).toBe(true);
    expect(urgent({ body: { severity: 'warning' } })).toBe(false);
    expect(urgent({ body: { severity: 'critical' }, action: 'resolve' })).toBe(false);
    expect(urgent({ body: { severity: 'critical' }, isUrgent: false })).toBe(false);
    expect(urgent({ isUrgent: true })).toBe(true);
  });
});

describe('a channel', () => {
  const data = { channel: 'webhook', because: 'gone', at: 1 };
  const disabled = evolveChannel(ENABLED, event('ChannelDisabled', data));

  it('is disabled once, and enabled by a person', () => {
    expect(decideDisabling(ENABLED, data)).toEqual([data]);
    expect(decideDisabling(disabled, data)).toEqual([]);
    const enabled = event('ChannelEnabled', { channel: 'webhook', ...acting });
    expect(decideEnabling(disabled, 'webhook', acting)).toEqual([enabled]);
    expect(decideEnabling(evolveChannel(disabled, enabled), 'webhook', acting)).toMatchObject({
      refused: 'CHANNEL_NOT_DISABLED',
    });
  });
});

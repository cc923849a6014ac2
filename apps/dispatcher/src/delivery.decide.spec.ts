import type { DueDelivery } from '#store';
import type { AttemptVerdict } from './channels/attempt.decide.js';
import type { Channel } from './channels/channel.js';
import { decideDelivery, withinExpiry } from './delivery.decide.js';

const NOW_MS = 1_700_000_000_000;
const channel = { name: 'deploy' } as Channel;
const channels = new Map([['deploy', channel]]);
const ON = new Map<string, string>();
const delivery = (changes: Partial<DueDelivery> = {}): DueDelivery => ({
  deliveryId: 'd1',
  subject: 'command',
  action: 'command',
  channel: 'deploy',
  dedupKey: 'co1',
  body: { expiresAtMs: NOW_MS + 1 },
  address: null,
  person: null,
  isUrgent: false,
  insteadOf: null,
  attempts: 0,
  attemptsBefore: 0,
  askedAt: NOW_MS,
  isLost: false,
  isUnknown: false,
  begun: 0,
  claimedUntilMs: NOW_MS,
  known: null,
  version: 1,
  requestedAt: NOW_MS,
  ...changes,
});
const retryAt = (dueAtMs: number | null): AttemptVerdict => ({ outcome: 'retry', status: 503, detail: 'x', dueAtMs });

describe('decideDelivery', () => {
  it('sends a command until it expires, and gives it up from then on', () => {
    expect(decideDelivery(delivery(), channels, ON, NOW_MS)).toEqual({ do: 'send', channel, wasUnknown: false });
    expect(decideDelivery(delivery(), channels, ON, NOW_MS + 1)).toEqual({
      do: 'give up',
      because: 'the command expired 0 ms ago',
    });
  });

  it.each([{}, { expiresAtMs: 'never' }])('does not send a command without an expiry: %j', (body) => {
    expect(decideDelivery(delivery({ body }), channels, ON, NOW_MS).do).toBe('give up');
  });

  it('sends a page whenever', () => {
    const page = delivery({ subject: 'page', action: 'trigger', body: { expiresAtMs: 1 } });
    expect(decideDelivery(page, channels, ON, NOW_MS).do).toBe('send');
  });

  it('gives up what nobody can take', () => {
    expect(decideDelivery(delivery({ channel: 'webhook' }), channels, ON, NOW_MS)).toEqual({
      do: 'give up',
      because: 'channel webhook is not configured any more',
    });
  });
});

describe('what may have arrived', () => {
  const chat = { name: 'deploy', isKeyed: false } as Channel;
  const step = (isKeyed: boolean, changes: Partial<DueDelivery>) =>
    decideDelivery(delivery(changes), new Map([['deploy', { ...chat, isKeyed }]]), ON, NOW_MS);

  it.each([
    [{ begun: 0 }, { do: 'send', wasUnknown: false }],
    [{ begun: 1 }, { do: 'send', wasUnknown: true }],
    [{ isUnknown: true }, { do: 'send', wasUnknown: true }],
    [{ begun: 2 }, { do: 'give up', isUnknown: true }],
    [
      { begun: 1, isUnknown: true },
      { do: 'give up', isUnknown: true },
    ],
  ])('B11: is sent once more and not a third time where the receiver has no key: %j', (changes, expected) => {
    expect(step(false, changes)).toMatchObject(expected);
    expect(step(true, changes)).toMatchObject({ do: 'send', wasUnknown: false });
  });
});

describe('withinExpiry', () => {
  it('lets a command wait for its expiry at most, and a page as long as it was asked to', () => {
    expect(withinExpiry(delivery(), retryAt(NOW_MS + 300_000)).dueAtMs).toBe(NOW_MS + 1);
    expect(withinExpiry(delivery(), retryAt(NOW_MS)).dueAtMs).toBe(NOW_MS);
    expect(withinExpiry(delivery(), retryAt(null)).dueAtMs).toBeNull();
    expect(withinExpiry(delivery({ subject: 'page' }), retryAt(NOW_MS + 300_000)).dueAtMs).toBe(NOW_MS + 300_000);
  });
});

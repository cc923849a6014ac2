import { post } from '#outgoing';
import type { OutgoingDelivery } from './channel.js';
import { pagerDutyChangeChannel, takesChanges } from './pagerduty-change.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './pagerduty.fake.js';

const NOW_MS = 1_700_000_000_000;
const KEY = 'c'.repeat(32);
let pagerDuty: FakePagerDuty;
beforeEach(async () => {
  pagerDuty = await startFakePagerDuty();
});
afterEach(() => pagerDuty.close());

const delivery = (body: Record<string, unknown> = {}): OutgoingDelivery => ({
  deliveryId: 'd-1',
  subject: 'change',
  action: 'change',
  dedupKey: 'rollout-ro1',
  body: { summary: 'dns: v2.1.5+c42 begins with stage canary', service: 'dns', stage: 'canary', at: NOW_MS, ...body },
});
const channel = (routingKey = KEY) => pagerDutyChangeChannel({ url: new URL(pagerDuty.url), routingKey });
const send = (body: Record<string, unknown> = {}, routingKey = KEY) =>
  channel(routingKey).send(delivery(body), { nowMs: NOW_MS });
const raw = (body: unknown) =>
  post(
    {
      url: new URL('/v2/change/enqueue', pagerDuty.url),
      headers: {},
      body: typeof body === 'string' ? body : JSON.stringify(body),
      timeoutMs: 5_000,
    },
    [],
  );

describe('the fake PagerDuty, of changes', () => {
  const good = { routing_key: KEY, payload: { summary: 's' } };
  it.each([
    ['no JSON', 'x'],
    ['no summary', { ...good, payload: { source: 'dns' } }],
    ['a long summary', { ...good, payload: { summary: 'x'.repeat(1_025) } }],
    ['a bad time', { ...good, payload: { summary: 's', timestamp: 'now' } }],
    ['the key of a set of rules', { ...good, routing_key: 'R'.repeat(32) }],
    ['the action of an alert', { ...good, event_action: 'trigger' }],
  ])('refuses %s', async (_what, body) => {
    expect(await raw(body)).toMatchObject({ status: 400 });
    expect(pagerDuty.changes).toEqual([]);
  });
});

describe('the channel of PagerDuty changes', () => {
  it('tells what changed, where and when, and opens no alert', async () => {
    expect(await send()).toMatchObject({ kind: 'answered', status: 202 });
    expect(pagerDuty.changes).toEqual([
      {
        routing_key: KEY,
        payload: {
          summary: 'dns: v2.1.5+c42 begins with stage canary',
          source: 'dns',
          timestamp: '2023-11-14T22:13:20.000Z',
          custom_details: { stage: 'canary' },
        },
      },
    ]);
    expect(pagerDuty.alerts).toEqual([]);
  });

  it.each([{ summary: 5, service: null, at: -1 }, { summary: 'x'.repeat(5_000) }, { huge: 'x'.repeat(600_000) }])(
    'tells whatever the body holds: %#',
    async (body) => {
      expect(await send(body)).toMatchObject({ status: 202 });
    },
  );

  it('knows which keys they refuse', async () => {
    const key = 'R'.repeat(32);
    expect(takesChanges(key)).toBe(false);
    expect(takesChanges(KEY)).toBe(true);
    expect(await send({}, key)).toMatchObject({ status: 400 });
  });

  it('429, 500, a reset and a hang are answers', async () => {
    pagerDuty.faults.push({ status: 429, retryAfter: '7' }, { status: 500 }, 'reset', 'hang');
    expect(await send()).toMatchObject({ kind: 'answered', status: 429, retryAfter: '7' });
    expect(await send()).toMatchObject({ kind: 'answered', status: 500 });
    expect(await send()).toMatchObject({ kind: 'network' });
    expect(await post({ ...channel().requestOf(delivery(), NOW_MS), timeoutMs: 1_000 }, [])).toMatchObject({
      kind: 'timeout',
    });
  });
});

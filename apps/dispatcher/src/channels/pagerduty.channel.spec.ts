import { post } from '#outgoing';
import type { OutgoingDelivery } from './channel.js';
import { pagerDutyChannel } from './pagerduty.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './pagerduty.fake.js';

const KEY = 'R0UTINGKEY'.padEnd(32, '0');
const NOW_MS = 1_700_000_000_000;
let pagerDuty: FakePagerDuty;
beforeEach(async () => {
  pagerDuty = await startFakePagerDuty();
});
afterEach(() => pagerDuty.close());

const delivery = (changes: Partial<OutgoingDelivery> = {}): OutgoingDelivery => ({
  deliveryId: 'd-1',
  subject: 'page',
  action: 'trigger',
  dedupKey: 'incident-1',
  body: { title: 'success 23 % < 99 %', severity: 'critical', at: NOW_MS },
  ...changes,
});
const channel = () => pagerDutyChannel({ url: new URL(pagerDuty.url), routingKey: KEY });
const send = (changes: Partial<OutgoingDelivery> = {}) => post(channel().requestOf(delivery(changes), NOW_MS), [KEY]);
const raw = (body: unknown, path = '/v2/enqueue') => {
  const request = { headers: {}, timeoutMs: 5_000, url: new URL(path, pagerDuty.url) };
  return post({ ...request, body: typeof body === 'string' ? body : JSON.stringify(body) }, []);
};

describe('the fake PagerDuty', () => {
  const good = { routing_key: KEY, event_action: 'trigger', payload: { summary: 's', source: 's', severity: 'info' } };

  it.each([
    ['no JSON', 'x'],
    ['a short routing key', { ...good, routing_key: 'short' }],
    ['an unknown action', { ...good, event_action: 'page' }],
    ['a long summary', { ...good, payload: { ...good.payload, summary: 'x'.repeat(1_025) } }],
    ['an unknown severity', { ...good, payload: { ...good.payload, severity: 'fatal' } }],
    ['a long key', { ...good, dedup_key: 'x'.repeat(256) }],
    ['a resolve without a key', { routing_key: KEY, event_action: 'resolve' }],
  ])('refuses %s', async (_what, body) => {
    expect(await raw(body)).toMatchObject({ status: 400 });
    expect(pagerDuty.events).toEqual([]);
  });

  it('refuses 600 kB and another path', async () => {
    expect(await raw('x'.repeat(600_000))).toMatchObject({ status: 413 });
    expect(await raw(good, '/v2/other')).toMatchObject({ status: 404 });
  });

  it('drops acknowledge and resolve without an open alert; a trigger after a resolve opens a new one', async () => {
    await send({ action: 'resolve' });
    await send({ action: 'acknowledge' });
    expect(pagerDuty.dropped).toHaveLength(2);
    await send();
    await send();
    await send({ action: 'acknowledge' });
    await send({ action: 'resolve' });
    await send();
    expect(pagerDuty.alerts).toEqual([
      { dedupKey: 'incident-1', status: 'resolved', triggers: 2 },
      { dedupKey: 'incident-1', status: 'triggered', triggers: 1 },
    ]);
  });
});

describe('the PagerDuty channel', () => {
  it('calls each by the key of its address, where the same dedup key is another alert', async () => {
    const keysByAddress = new Map([
      ['david', 'd'.repeat(32)],
      ['erin', 'e'.repeat(32)],
    ]);
    const addressed = pagerDutyChannel({ url: new URL(pagerDuty.url), routingKey: KEY, keysByAddress });
    const tell = (changes: Partial<OutgoingDelivery>) => addressed.send(delivery(changes), { nowMs: NOW_MS });
    await tell({});
    await tell({ address: 'david' });
    await tell({ address: 'erin' });
    await tell({ address: 'david', action: 'resolve' });
    expect(pagerDuty.events.map(({ routing_key: key }) => key[0])).toEqual(['R', 'd', 'e', 'd']);
    expect(pagerDuty.alerts.map(({ status }) => status)).toEqual(['triggered', 'resolved', 'triggered']);
    expect(addressed.secrets).toEqual([KEY, ...keysByAddress.values()]);
    expect(addressed.addresses).toEqual(['david', 'erin']);
    await expect(tell({ address: 'frank' })).rejects.toThrow('no routing key is configured for address "frank"');
    expect(pagerDuty.events).toHaveLength(4);
  });

  it('tells who is hurt, what it costs, and where to look', async () => {
    const links = [{ href: 'https://tocsin.example/incidents/1', text: 'Incident' }];
    const body = { ...delivery().body, service: 'dns', region: 'us-east', rule: 'dns_resolution_success_rate', links };
    await send({ body: { ...body, impact: { score: 1_520, dollarsPerMinute: 500_000 }, release: 'v2.1.5+c42' } });
    expect(pagerDuty.events).toMatchObject([
      {
        event_action: 'trigger',
        dedup_key: 'incident-1',
        links,
        payload: {
          summary: 'success 23 % < 99 %',
          source: 'dns',
          component: 'dns',
          group: 'us-east',
          class: 'dns_resolution_success_rate',
          severity: 'critical',
          timestamp: '2023-11-14T22:13:20.000Z',
          custom_details: { impact: { score: 1_520, dollarsPerMinute: 500_000 }, release: 'v2.1.5+c42' },
        },
      },
    ]);
  });

  it.each([{}, { title: 5, severity: 'worst', at: -1, links: 'x' }, { title: 'x'.repeat(5_000) }])(
    'pages whatever the body holds: %#',
    async (body) => {
      expect(await send({ body })).toMatchObject({ status: 202 });
    },
  );

  it('B9: an update adds customers and money to the alert and opens no other', async () => {
    const impact = {
      affectedCustomers: 1_042,
      byTier: { tier1: 42, tier2: 0, tier3: 1_000 },
      score: 5_200,
      dollarsPerMinute: 2_600_000.4,
      top: [],
    };
    await send();
    await send({ action: 'update', body: { ...delivery().body, impact } });
    expect(pagerDuty.alerts).toEqual([{ dedupKey: 'incident-1', status: 'triggered', triggers: 2 }]);
    expect(pagerDuty.events.map((event) => (event as { payload: { summary: string } }).payload.summary)).toEqual([
      'success 23 % < 99 %',
      'success 23 % < 99 %: 1,042 customers, $2,600,000 a minute',
    ]);
  });

  it("R66: a page says when its customers are the fleet's, because its own subject has none", async () => {
    const impact = {
      affectedCustomers: 1,
      byTier: { tier1: 1, tier2: 0, tier3: 0 },
      score: 100,
      dollarsPerMinute: 50_000,
      top: [],
    };
    const summaryOf = async (covers: readonly object[]): Promise<unknown> => {
      await send({ body: { ...delivery().body, impact: { ...impact, covers } } });
      return (pagerDuty.events.at(-1) as { payload: { summary: string } }).payload.summary;
    };
    expect(await summaryOf([{ scope: 'fleet', key: 'fleet' }])).toBe(
      'success 23 % < 99 %: 1 customer of the fleet, $50,000 a minute',
    );
    expect(await summaryOf([{ scope: 'region', key: 'us-east' }])).toBe(
      'success 23 % < 99 %: 1 customer, $50,000 a minute',
    );
  });

  it('keeps an event within 512 kB: the largest details go first and are named, the small ones stay', async () => {
    const body = { ...delivery().body, huge: 'x'.repeat(600_000), large: 'y'.repeat(400_000), score: 1_520 };
    expect(await send({ body })).toMatchObject({ status: 202 });
    const [event] = pagerDuty.events;
    expect(event).toMatchObject({
      payload: { custom_details: { score: 1_520, large: body.large, dropped: ['huge'] } },
    });
    expect(Buffer.byteLength(pagerDuty.requests[0]?.body ?? '')).toBeLessThanOrEqual(512_000);
  });
});

describe('post', () => {
  it('answers 429 with its Retry-After, 500, a reset and a hang as values', async () => {
    pagerDuty.faults.push({ status: 429, retryAfter: '7' }, { status: 500 }, 'reset', 'hang');
    expect(await send()).toEqual({ kind: 'answered', status: 429, retryAfter: '7', detail: 'scripted' });
    expect(await send()).toMatchObject({ kind: 'answered', status: 500 });
    expect(await send()).toMatchObject({ kind: 'network' });
    expect(await post({ ...channel().requestOf(delivery(), NOW_MS), timeoutMs: 1_000 }, [])).toMatchObject({
      kind: 'timeout',
    });
  });

  it('does not follow a redirect', async () => {
    pagerDuty.faults.push({ status: 307 });
    expect(await send()).toMatchObject({ kind: 'answered', status: 307 });
    expect(pagerDuty.requests).toHaveLength(1);
  });

  it('shows no secret that a receiver repeats', async () => {
    const shown = await post(channel().requestOf(delivery(), NOW_MS), ['Event processed']);
    expect(shown.detail).not.toContain('Event processed');
    expect(shown.detail).toContain('[redacted]');
  });
});

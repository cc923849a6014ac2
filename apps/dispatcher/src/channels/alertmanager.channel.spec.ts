import { post } from '#outgoing';
import { describeAlertmanager, type RunningAlertmanager, startAlertmanager, until } from '#testing';
import { alertmanagerChannel } from './alertmanager.channel.js';
import { type FakeAlertmanager, startFakeAlertmanager } from './alertmanager.fake.js';
import type { OutgoingDelivery } from './channel.js';

const NOW_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

const delivery = (changes: Partial<OutgoingDelivery> = {}, nowMs = NOW_MS): OutgoingDelivery => ({
  deliveryId: 'd-1',
  subject: 'page',
  action: 'trigger',
  dedupKey: 'incident-1',
  body: {
    incidentId: 'incident-1',
    title: 'success 23 % < 99 %',
    severity: 'critical',
    rule: 'dns-success',
    scope: 'release_region',
    region: 'us-east',
    release: 'v2.1.5+c42',
    openedAt: nowMs - MINUTE_MS,
    at: nowMs,
    links: [{ href: 'https://tocsin.example/incidents/incident-1', text: 'Incident' }],
  },
  ...changes,
});

describe('Alertmanager', () => {
  let fake: FakeAlertmanager;
  let nowMs: number;
  beforeEach(async () => {
    nowMs = NOW_MS;
    fake = await startFakeAlertmanager(() => nowMs);
  });
  afterEach(() => fake.close());

  const channel = () => alertmanagerChannel({ url: new URL(fake.url) });
  const send = (changes: Partial<OutgoingDelivery> = {}) => channel().send(delivery(changes), { nowMs });
  const raw = (body: unknown, type = 'application/json') =>
    post(
      {
        url: new URL('/api/v2/alerts', fake.url),
        headers: { 'content-type': type },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        timeoutMs: 5_000,
      },
      [],
    );

  describe('its fake', () => {
    const good = { labels: { alertname: 'a' } };
    it.each([
      ['no labels', [{}], 422],
      ['empty labels', [{ labels: {} }], 400],
      ['labels of empty values', [{ labels: { a: '' } }], 400],
      ['a bad name', [{ labels: { 'bad-name': 'x' } }], 400],
      ['a label that is no text', [{ labels: { a: 5 } }], 400],
      ['a bad time', [{ ...good, startsAt: 'yesterday' }], 400],
      ['an end before its start', [{ ...good, startsAt: '2026-01-02T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' }], 400],
      ['a relative generator', [{ ...good, generatorURL: 'incidents/1' }], 422],
      ['no list', good, 400],
      ['no JSON', 'x', 400],
    ])('refuses %s', async (_what, body, status) => {
      expect(await raw(body)).toMatchObject({ status });
      expect(fake.alerts()).toEqual([]);
    });

    it('refuses another content type, and keeps what is good of a list that it refuses', async () => {
      expect(await raw([good], 'text/plain')).toMatchObject({ status: 415 });
      expect(await raw([{ labels: {} }, good])).toMatchObject({ status: 400 });
      expect(fake.alerts()).toHaveLength(1);
    });
  });

  it('B19: an incident is one alert, by what it may be routed by, until four re-posts were missed', async () => {
    expect(await send()).toMatchObject({ kind: 'answered', status: 200 });
    expect(await send({ deliveryId: 'd-2', action: 'update' })).toMatchObject({ status: 200 });
    expect(fake.alerts()).toMatchObject([
      {
        labels: {
          alertname: 'TocsinIncident',
          incident: 'incident-1',
          severity: 'critical',
          rule: 'dns-success',
          scope: 'release_region',
          region: 'us-east',
          release: 'v2.1.5+c42',
        },
        annotations: { summary: 'Update: success 23 % < 99 %' },
        startsAtMs: NOW_MS - MINUTE_MS,
        endsAtMs: NOW_MS + 4 * MINUTE_MS,
      },
    ]);
  });

  it('a resolve ends it and repeats what it was', async () => {
    await send();
    await send({ action: 'resolve' });
    const [alert] = fake.alerts();
    expect(alert).toMatchObject({ endsAtMs: NOW_MS, annotations: { summary: 'Resolved: success 23 % < 99 %' } });
    expect(alert?.annotations['description']).toContain('success 23 %');
    expect(fake.firing()).toEqual([]);
  });

  it('whoever is called beside the page is an alert of its own', async () => {
    await send();
    await send({ action: 'escalate', dedupKey: 'incident-1:vp' });
    expect(fake.alerts().map(({ labels }) => [labels['alertname'], labels['call']])).toEqual([
      ['TocsinIncident', undefined],
      ['TocsinCall', 'vp'],
    ]);
  });

  it('tells many again by one request, each with an end that moves on', async () => {
    nowMs += 3 * MINUTE_MS;
    const two = [
      delivery(),
      delivery({ dedupKey: 'incident-2', body: { ...delivery().body, incidentId: 'incident-2' } }),
    ];
    expect(await channel().refresh?.send(two, { nowMs })).toMatchObject({ status: 200 });
    expect(fake.requests).toHaveLength(1);
    expect(fake.firing().map(({ endsAtMs }) => endsAtMs - nowMs)).toEqual([4 * MINUTE_MS, 4 * MINUTE_MS]);
  });

  it.each([{}, { title: 5, severity: 'worst', at: -1, openedAt: 'x', links: 'x', region: '' }, { openedAt: 9e15 }])(
    'posts whatever the body holds: %#',
    async (body) => {
      expect(await send({ body })).toMatchObject({ status: 200 });
    },
  );

  it('429, 500, a reset and a hang are answers', async () => {
    fake.faults.push({ status: 429, retryAfter: '7' }, { status: 500 }, 'reset');
    expect(await send()).toMatchObject({ kind: 'answered', status: 429, retryAfter: '7' });
    expect(await send()).toMatchObject({ kind: 'answered', status: 500 });
    expect(await send()).toMatchObject({ kind: 'network' });
    fake.faults.push('hang');
    const request = { ...channel().requestOf(delivery(), NOW_MS), timeoutMs: 1_000 };
    expect(await post(request, [])).toMatchObject({ kind: 'timeout' });
  });

  it('is found below the path of a proxy', () => {
    const { url } = alertmanagerChannel({ url: new URL('https://ops.example/alertmanager/') }).requestOf(
      delivery(),
      NOW_MS,
    );
    expect(url.href).toBe('https://ops.example/alertmanager/api/v2/alerts');
  });
});

describeAlertmanager('the channel before a real one', () => {
  let real: RunningAlertmanager;
  beforeAll(async () => {
    real = await startAlertmanager();
  });
  afterAll(() => real.stop());

  const nowMs = (): number => performance.timeOrigin + performance.now();
  const channel = () => alertmanagerChannel({ url: new URL(real.url) });
  const tell = (action: OutgoingDelivery['action'], dedupKey: string) => {
    const told = delivery({ action, dedupKey }, Math.floor(nowMs()));
    const body = { ...told.body, incidentId: dedupKey.split(':')[0] };
    return channel().send({ ...told, body }, { nowMs: Math.floor(nowMs()) });
  };
  const active = async (incident: string) =>
    (await real.alerts()).filter(({ labels }) => labels['incident'] === incident);

  it('shows what is open, folds what is told again, and shows no more what is resolved', async () => {
    expect(await tell('trigger', 'real-1')).toMatchObject({ status: 200 });
    expect(await tell('update', 'real-1')).toMatchObject({ status: 200 });
    const [alert, ...others] = await until('it shows the alert', async () => {
      const shown = await active('real-1');
      return shown.length > 0 ? shown : undefined;
    });
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ labels: { alertname: 'TocsinIncident', severity: 'critical' } });
    expect(alert?.annotations['summary']).toContain('success 23 %');
    expect(await tell('resolve', 'real-1')).toMatchObject({ status: 200 });
    await until('it is over', async () => (await active('real-1')).length === 0);
  });

  it('takes what the golden pages are, and refuses what its fake refuses', async () => {
    expect(await tell('escalate', 'real-2:vp')).toMatchObject({ status: 200 });
    const bad = async (body: unknown) => {
      const request = { headers: { 'content-type': 'application/json' }, timeoutMs: 5_000, body: JSON.stringify(body) };
      return post({ url: new URL('/api/v2/alerts', real.url), ...request }, []);
    };
    expect(await bad([{}])).toMatchObject({ status: 422 });
    expect(await bad([{ labels: {} }])).toMatchObject({ status: 400 });
    expect(await bad([{ labels: { 'bad-name': 'x' } }])).toMatchObject({ status: 400 });
    expect(await bad([{ labels: { a: 'x' }, generatorURL: '::' }])).toMatchObject({ status: 422 });
  });
});

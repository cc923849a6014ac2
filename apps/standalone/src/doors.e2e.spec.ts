import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Running, start } from '#runtime';
import { databaseUrlOf, openTestDatabase, type TestDatabase, until } from '#testing';
import { ROLES } from './roles.js';

const ADMIN_KEY = `admin.${'a'.repeat(32)}`;
const WEBHOOK_SECRET = 'pagerduty-webhook-secret';
const LABELS = { alertname: 'DiskFull', region: 'us-east', instance: 'n1', severity: 'critical' };

interface SentEvent {
  readonly event_action: string;
  readonly dedup_key: string;
  readonly payload?: { readonly summary: string; readonly severity: string };
  readonly links?: readonly { readonly href: string }[];
}

interface Shown {
  readonly incident: { readonly status: string; readonly title: string };
  readonly timeline: readonly {
    readonly event: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
  }[];
}

let test: TestDatabase;
/** What PagerDuty was sent, and takes. */
const sent: SentEvent[] = [];
const pagerDuty = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => (text += piece));
  request.on('end', () => {
    sent.push(JSON.parse(text) as SentEvent);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"success"}');
  });
});
let server: Running;
beforeAll(async () => {
  test = await openTestDatabase();
  pagerDuty.listen(0, '127.0.0.1');
  await once(pagerDuty, 'listening');
  server = await start(ROLES, {
    environment: {
      DATABASE_URL: databaseUrlOf(test.connection),
      DATA_DIR: mkdtempSync(join(tmpdir(), 'doors-')),
      PORT: '0',
      ADMIN_KEY,
      LOG_LEVEL: 'silent',
      PUBLIC_URL: 'https://tocsin.example',
      PAGERDUTY_URL: `http://127.0.0.1:${(pagerDuty.address() as AddressInfo).port}`,
      PAGERDUTY_ROUTING_KEY: 'R'.repeat(32),
      PAGERDUTY_WEBHOOK_SECRET: WEBHOOK_SECRET,
    },
    onFatal: () => undefined,
  });
});
afterAll(async () => {
  await server.stop();
  pagerDuty.close();
  pagerDuty.closeAllConnections();
  await test.close();
});

const call = async <T>(path: string, body?: unknown, key = ADMIN_KEY): Promise<T> => {
  const response = await fetch(new URL(path, server.url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
};

const toldAtPagerDuty = async (what: 'acknowledged' | 'resolved', incidentKey: string): Promise<number> => {
  const raw = JSON.stringify({
    event: {
      id: `01BU-${what}`,
      event_type: `incident.${what}`,
      agent: { id: 'P1', summary: 'Alice' },
      data: { id: 'PGR0VU2', type: 'incident', incident_key: incidentKey },
    },
  });
  const signature = `v1=${createHmac('sha256', WEBHOOK_SECRET).update(raw).digest('hex')}`;
  const headers = { 'content-type': 'application/json', 'x-pagerduty-signature': signature, 'x-webhook-id': 'w1' };
  return (await fetch(new URL('/v1/callbacks/pagerduty', server.url), { method: 'POST', headers, body: raw })).status;
};

describe('a sender that pages through Tocsin from now on', () => {
  it('B19: an alert of a Prometheus pages through PagerDuty, is acknowledged there, and is over when Prometheus says so', async () => {
    await until('it is ready', async () => (await fetch(`${server.url}/readyz`)).status === 200);
    const { key } = await call<{ key: string }>('/v1/keys', { name: 'prometheus', role: 'alerts', comment: 'test' });
    const alert = {
      labels: LABELS,
      annotations: { summary: 'disk of n1 is full' },
      generatorURL: 'http://prometheus:9090/g',
    };
    await call('/api/v2/alerts', [alert], key);
    const paged = await until('PagerDuty has the page', async () => sent[0]);
    expect(paged).toMatchObject({
      event_action: 'trigger',
      payload: { severity: 'critical', summary: expect.stringContaining('disk of n1 is full') },
    });
    const incidentId = paged.dedup_key;
    const [link] = paged.links ?? [];
    const page = await fetch(new URL(new URL(link?.href ?? '').pathname, server.url));
    expect(await page.text()).toContain('disk of n1 is full');

    expect(await toldAtPagerDuty('acknowledged', incidentId)).toBe(202);
    const shown = await call<Shown>(`/v1/incidents/${incidentId}`);
    expect(shown.incident).toMatchObject({ status: 'acknowledged', title: 'disk of n1 is full' });
    expect(shown.timeline.find(({ event: { type } }) => type === 'IncidentAcknowledged')?.event.data).toMatchObject({
      by: 'pagerduty:Alice',
      via: 'pagerduty',
    });

    await call('/api/v2/alerts', [{ ...alert, endsAt: '2020-01-01T00:00:00Z' }], key);
    await until('PagerDuty knows that it is over', async () =>
      sent.some(({ event_action: action }) => action === 'resolve'),
    );
    // Nobody told PagerDuty of what it said itself.
    expect(sent.map(({ event_action: action }) => action)).toEqual(['trigger', 'resolve']);
  });

  it('B19: what a person resolves at PagerDuty is over here, and the timeline says who said so', async () => {
    const { key } = await call<{ key: string }>('/v1/keys', { name: 'another', role: 'alerts', comment: 'test' });
    await call('/api/v2/alerts', [{ labels: { ...LABELS, alertname: 'LinkDown', region: 'eu-west' } }], key);
    const { dedup_key: incidentId } = await until('PagerDuty has the page', async () =>
      sent.find(({ event_action: action }, index) => index > 1 && action === 'trigger'),
    );
    expect(await toldAtPagerDuty('resolved', incidentId)).toBe(202);
    const shown = await until('it is over', async () => {
      const report = await call<Shown>(`/v1/incidents/${incidentId}`);
      return report.incident.status === 'resolved' ? report : undefined;
    });
    const told = shown.timeline.map(({ event: { type } }) => type);
    const said = shown.timeline.find(({ event: { type } }) => type === 'AlertResolutionRequested');
    expect(said?.event.data).toMatchObject({
      incidentId,
      by: 'pagerduty:Alice',
      comment: `from the page of incident ${incidentId}`,
    });
    expect(told.indexOf('AlertResolutionRequested')).toBeLessThan(told.indexOf('IncidentResolved'));
    expect(told).not.toContain('IncidentNoted');
  });
});

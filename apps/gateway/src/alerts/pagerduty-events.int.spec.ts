import { Agent } from 'node:https';
import { connect } from 'node:net';
import { acknowledge, change, resolve, trigger } from '@pagerduty/pdjs';
import { event, signalSchema, streamOf } from '#contracts';
import { newRoutingSecret, routingKeyOf, secretHashOf } from '#runtime';
import { serveGateway, type ServedGateway } from '../gateway.fixture.js';

let served: ServedGateway;
let routingKey: string;

/** Makes a key as `POST /v1/keys` does. */
const newRoutingKey = async (keyId: string): Promise<string> => {
  const secret = newRoutingSecret();
  const created = event('ApiKeyCreated', { keyId, name: 'k', role: 'alerts', secretHash: secretHashOf(secret) });
  await served.parts.eventStore.append([{ stream: streamOf.key(keyId), expectedVersion: 0, events: [created] }], {
    actor: 'test',
    cause: 'test',
  });
  return routingKeyOf(keyId, secret) ?? '';
};
let tests = 0;
let toldBefore = 0;
beforeAll(async () => {
  served = await serveGateway();
});
afterAll(() => served.stop());
beforeEach(async () => {
  tests += 1;
  routingKey = await newRoutingKey(`alerts-${tests.toString(16).padStart(8, '0')}`);
  toldBefore = (await served.records('telemetry.signals')).length;
});

const told = async () =>
  (await served.records('telemetry.signals'))
    .slice(toldBefore)
    .map(({ value }) => signalSchema.parse(JSON.parse(Buffer.from(value).toString())));

const post = async (body: unknown, path = '/v2/enqueue') => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(new URL(path, served.url), { method: 'POST', body: text });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const PAYLOAD = { summary: 'DNS success 23 %', source: 'dns', severity: 'critical' } as const;
const sent = (changes: object = {}) => ({
  routing_key: routingKey,
  event_action: 'trigger',
  dedup_key: 'incident-1',
  payload: PAYLOAD,
  ...changes,
});

/** Their client speaks TLS to a name: the same words over a plain connection to the gateway. */
const agentTo = (url: string): Agent => {
  const agent = new Agent();
  agent.createConnection = () => connect(Number(new URL(url).port), '127.0.0.1');
  return agent;
};

describe('PagerDuty’s Events API, v2', () => {
  it('B19: the official client triggers, acknowledges, resolves and tells of changes', async () => {
    const to = { server: 'tocsin.test', agent: agentTo(served.url) };
    const data = { routing_key: routingKey, dedup_key: 'incident-1' };
    const triggered = await trigger({
      ...to,
      data: { ...data, payload: { ...PAYLOAD, class: 'dns', group: 'us-east' } },
    } as never);
    expect([triggered.response.status, triggered.data]).toEqual([
      202,
      { status: 'success', message: 'Event processed', dedup_key: 'incident-1' },
    ]);
    const acknowledged = await acknowledge({ ...to, data } as never);
    const resolved = await resolve({ ...to, data } as never);
    const changed = await change({
      ...to,
      data: { routing_key: routingKey, payload: { summary: 'deployed' } },
    } as never);
    expect([acknowledged, resolved, changed].map(({ response }) => response.status)).toEqual([202, 202, 202]);
    expect(changed.data).toEqual({ status: 'success', message: 'Change event processed' });
    const signals = await told();
    expect(signals.map((each) => each.type === 'external_alert' && [each.action, each.severity, each.name])).toEqual([
      ['trigger', 'critical', 'dns'],
      ['acknowledge', 'critical', 'event'],
      ['resolve', 'critical', 'event'],
      false,
    ]);
    expect(signals[3]).toMatchObject({ type: 'external_change', source: 'pagerduty', summary: 'deployed' });
    const [sender] = new Set(signals.map((each) => 'sender' in each && each.sender));
    expect(sender).toBe(`alerts-${tests.toString(16).padStart(8, '0')}`);
  });

  it('B19: makes a key for a trigger that brings none', async () => {
    const { body } = await post(sent({ dedup_key: undefined }));
    expect(body['dedup_key']).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    [{ routing_key: undefined }, "'routing_key' is missing or blank"],
    [{ routing_key: 'short' }, "Length of 'routing_key' is incorrect (should be 32 characters)"],
    [{ routing_key: 'f'.repeat(32) }, "'routing_key' is invalid"],
    [{ event_action: undefined }, "'event_action' is missing or blank"],
    [
      { event_action: 'page' },
      "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')",
    ],
    [{ payload: undefined }, "'payload' is missing or blank"],
    [{ payload: { ...PAYLOAD, summary: '' } }, "'payload.summary' is missing or blank"],
    [
      { payload: { ...PAYLOAD, summary: 'x'.repeat(1_025) } },
      "Length of 'payload.summary' is too long (must be at most 1024 characters)",
    ],
    [
      { payload: { ...PAYLOAD, severity: 'bad' } },
      "'payload.severity' is invalid (must be one of the following: 'critical', 'error', 'warning', 'info')",
    ],
    [{ dedup_key: 'x'.repeat(256) }, "Length of 'dedup_key' is too long (must be at most 255 characters)"],
    [{ event_action: 'resolve', dedup_key: undefined }, "'dedup_key' is missing or blank"],
  ])('B19: refuses %j as they do', async (changes, error) => {
    expect(await post(sent(changes))).toEqual({
      status: 400,
      body: { status: 'invalid event', message: 'Event object is invalid', errors: [error] },
    });
    expect(await told()).toEqual([]);
  });

  it('B19: what is no JSON, no object, or has no length that was said, is refused before a key is looked for', async () => {
    for (const wrong of ['{', '', '[]', 'null', '"x"']) expect((await post(wrong)).status).toBe(400);
    const stream = new Blob([JSON.stringify(sent())]).stream();
    const chunked = await fetch(new URL('/v2/enqueue', served.url), {
      method: 'POST',
      body: stream,
      duplex: 'half',
    } as never);
    expect(chunked.status).toBe(422);
    const large = await fetch(new URL('/v2/enqueue', served.url), { method: 'POST', body: 'x'.repeat(524_289) });
    expect(large.status).toBe(413);
  });

  it('B19: a sender in a loop is told to wait, by the one answer that their client repeats; another key is not', async () => {
    const statuses = new Set<number>();
    for (let time = 0; time < 600; time += 1) statuses.add((await post(sent())).status);
    expect([...statuses]).toEqual([202]);
    const { status, body } = await post(sent());
    expect([status, body['status']]).toEqual([429, 'throttle exceeded']);
    expect((await post(sent({ routing_key: await newRoutingKey('alerts-ffffffff') }))).status).toBe(202);
    await served.clock.advance(60_000);
    expect((await post(sent())).status).toBe(202);
  });
});

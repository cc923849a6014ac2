import { post } from '#outgoing';
import { Webhook } from 'standardwebhooks';
import type { OutgoingDelivery } from './channel.js';
import { webhookChannel, webhookSignature } from './webhook.channel.js';
import { type FakeWebhook, startFakeWebhook } from './webhook.fake.js';

const SECRET = Buffer.alloc(32, 7);
const NOW_MS = 1_700_000_000_000;
let hook: FakeWebhook;
beforeEach(async () => {
  hook = await startFakeWebhook(SECRET, () => NOW_MS);
});
afterEach(() => hook.close());

const delivery = (changes: Partial<OutgoingDelivery> = {}): OutgoingDelivery => ({
  deliveryId: 'd-1',
  subject: 'page',
  action: 'trigger',
  dedupKey: 'incident-1',
  body: { title: 'success 23 % < 99 %' },
  ...changes,
});
const send = (changes: Partial<OutgoingDelivery> = {}, { secret = SECRET, nowMs = NOW_MS } = {}) =>
  post(webhookChannel({ name: 'webhook', url: new URL(hook.url), secret }).requestOf(delivery(changes), nowMs), []);

describe('the fake webhook receiver', () => {
  it('refuses a foreign secret, an old or future message, and an altered body', async () => {
    expect(await send({}, { secret: Buffer.alloc(32, 8) })).toMatchObject({ status: 400 });
    expect(await send({}, { nowMs: NOW_MS - 301_000 })).toMatchObject({ status: 400 });
    expect(await send({}, { nowMs: NOW_MS + 301_000 })).toMatchObject({ status: 400 });
    const request = webhookChannel({ name: 'w', url: new URL(hook.url), secret: SECRET }).requestOf(delivery(), NOW_MS);
    expect(await post({ ...request, body: `${request.body} ` }, [])).toMatchObject({ status: 400 });
    expect(hook.messages).toEqual([]);
  });
});

describe('the webhook channel', () => {
  it('signs as the example of the specification', () => {
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const signed = webhookSignature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
    expect(signed).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it.each([
    ['trigger', 'incident.opened'],
    ['acknowledge', 'incident.acknowledged'],
    ['resolve', 'incident.resolved'],
  ] as const)('sends %s as %s', async (action, type) => {
    expect(await send({ action })).toMatchObject({ status: 204 });
    expect(hook.messages).toEqual([
      {
        id: 'd-1',
        type,
        timestamp: '2023-11-14T22:13:20.000Z',
        data: { incidentId: 'incident-1', title: 'success 23 % < 99 %' },
      },
    ]);
  });

  it('sends a signed command as it is', async () => {
    const signed = { payload: 'e30=', signature: 'c2ln', keyId: 'k' };
    await send({ subject: 'command', action: 'command', dedupKey: 'c-1', body: { signed, expiresAtMs: 1 } });
    expect(hook.messages.map(({ type, data }) => ({ type, data }))).toEqual([{ type: 'command.issued', data: signed }]);
  });

  it('sends what a gate decided as it is', async () => {
    const body = { rolloutId: 'ro1', stage: 'canary', verdict: 'promote', because: 'every test passed' };
    await send({ subject: 'rollout', action: 'gate_decided', dedupKey: 'rollout-ro1', body });
    expect(hook.messages.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'rollout.gate_decided', data: body },
    ]);
  });

  it('keeps the id over attempts, with the time of each attempt', async () => {
    await send();
    await send({}, { nowMs: NOW_MS + 60_000 });
    expect(hook.requests.map(({ headers }) => [headers['webhook-id'], headers['webhook-timestamp']])).toEqual([
      ['d-1', '1700000000'],
      ['d-1', '1700000060'],
    ]);
    expect(hook.messages).toHaveLength(1);
  });

  it('says that a receiver which answers 410 is gone, and leaves every other answer as it is', async () => {
    const channel = webhookChannel({ name: 'webhook', url: new URL(hook.url), secret: SECRET });
    hook.faults.push({ status: 410 }, { status: 404 });
    expect(await channel.send(delivery(), { nowMs: NOW_MS })).toEqual({
      kind: 'gone',
      status: 410,
      detail: 'scripted',
    });
    expect(await channel.send(delivery(), { nowMs: NOW_MS })).toMatchObject({ kind: 'answered', status: 404 });
  });

  it('is read by the verifier of the specification', async () => {
    await send();
    const { body, headers } = hook.requests[0]!;
    const verifier = new Webhook(SECRET.toString('base64'));
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
    const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
    // Its clock is the machine's, and the message is of 2023: everything else is checked before.
    expect(() => verifier.verify(body, signed)).toThrow('Message timestamp too old');
    expect(verifier.sign('d-1', new Date(NOW_MS), body)).toBe(signed['webhook-signature']);
  });

  it('counts the path and the parameters of its address among its secrets', () => {
    const { secrets } = webhookChannel({
      name: 'w',
      url: new URL('https://example.com/hooks/T0KEN?a=1&key=Canary123'),
      secret: SECRET,
    });
    expect(secrets).toEqual(expect.arrayContaining(['/hooks/T0KEN', 'Canary123', SECRET.toString('base64')]));
    expect(secrets).not.toContain('1');
  });
});

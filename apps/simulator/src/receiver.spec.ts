import { createHmac, generateKeyPairSync } from 'node:crypto';
import { audienceDigest, type Command, type CommandAnswer, commandKeyId, type Release, signCommand } from '#contracts';
import { createDeploySystem, type DeploySystem } from './deploy-system.js';
import { BAD_RELEASE, GOOD_RELEASE } from './fleet.js';
import { createManualClock, type ManualClock } from './manual-clock.fake.js';
import { createPagerDuty } from './pagerduty.js';
import { startReceiver } from './receiver.js';

const NOW_MS = 1_800_000_000_000;
const KEY = '0'.repeat(32);
const trigger = (changes: object = {}) => ({
  routing_key: KEY,
  event_action: 'trigger',
  dedup_key: 'i-1',
  payload: { summary: 'DNS fails', source: 'tocsin', severity: 'critical' },
  ...changes,
});

describe('the local PagerDuty', () => {
  it.each([
    ['text', 'x'],
    ['a short routing key', JSON.stringify(trigger({ routing_key: 'short' }))],
    ['an unknown field', JSON.stringify(trigger({ extra: 1 }))],
    ['a severity of its own', JSON.stringify(trigger({ payload: { summary: 's', source: 's', severity: 'fatal' } }))],
    ['a resolve without a key', JSON.stringify({ routing_key: KEY, event_action: 'resolve' })],
    ['600 kB', JSON.stringify(trigger({ client: 'x'.repeat(600_000) }))],
  ])('refuses %s with 400', (_what, body) => {
    const pagerDuty = createPagerDuty();
    expect(pagerDuty.enqueue(body, NOW_MS).status).toBe(400);
    expect(pagerDuty.alerts).toEqual([]);
    expect(pagerDuty.refused).toHaveLength(1);
  });

  it('folds triggers of one key into one alert, and opens a new one after a resolve', () => {
    const pagerDuty = createPagerDuty();
    const send = (body: object, atMs: number) => pagerDuty.enqueue(JSON.stringify(body), atMs).status;
    expect(send(trigger(), 1)).toBe(202);
    expect(send(trigger(), 2)).toBe(202);
    send({ routing_key: KEY, dedup_key: 'i-1', event_action: 'resolve' }, 3);
    send({ routing_key: KEY, dedup_key: 'i-1', event_action: 'acknowledge' }, 4);
    send(trigger(), 5);
    expect(pagerDuty.alerts).toEqual([
      { dedupKey: 'i-1', openedAtMs: 1, status: 'resolved' },
      { dedupKey: 'i-1', openedAtMs: 5, status: 'triggered' },
    ]);
    expect(pagerDuty.received.map(({ opened }) => opened)).toEqual([true, false, false, false, true]);
  });
});

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const SECRET = Buffer.alloc(32, 7);
const command = (changes: Partial<Command> = {}): Command => {
  const audience = changes.audience ?? ['iad-01', 'iad-02'];
  return {
    commandId: 'c-1',
    action: 'rollback',
    rollbackId: 'r-1',
    wave: 1,
    generation: 1,
    service: 'dns',
    from: BAD_RELEASE,
    to: GOOD_RELEASE,
    audience,
    audienceDigest: audienceDigest(audience),
    issuedAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 60_000,
    reason: 'success 23 % < 95 %',
    ...changes,
  };
};
const messageOf = (changes: Partial<Command> = {}, key = privateKey) =>
  JSON.stringify({ type: 'command.issued', data: signCommand(command(changes), key, commandKeyId(publicKey)) });
const headersOf = (body: string, secret = SECRET, atMs = NOW_MS) => {
  const timestamp = String(Math.floor(atMs / 1_000));
  const signature = createHmac('sha256', secret).update(`d-1.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': 'd-1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};

describe('the local deploy system', () => {
  let clock: ManualClock;
  let system: DeploySystem;
  let answers: CommandAnswer[];
  let running: Map<string, Release | 'stopped'>;
  let refusesStart: boolean;
  beforeEach(() => {
    clock = createManualClock(NOW_MS);
    answers = [];
    refusesStart = false;
    running = new Map([
      ['iad-01', BAD_RELEASE],
      ['iad-02', BAD_RELEASE],
      ['sin-01', BAD_RELEASE],
    ]);
    system = createDeploySystem({ secret: SECRET, clock, seed: 1 });
    const release = (nodeId: string): Release | undefined => {
      const known = running.get(nodeId);
      return known === 'stopped' ? BAD_RELEASE : known;
    };
    system.attach({
      publicKey,
      report: (more) => answers.push(...more),
      stop: (nodeId) => running.set(nodeId, 'stopped'),
      start: (nodeId, target) => refusesStart || running.set(nodeId, target),
      release,
      agentBootId: () => '5',
    });
  });
  const send = (body: string, headers = headersOf(body)) => system.deliver(headers, body, NOW_MS).status;

  it('R58: restarts the audience on the target release, and only it; answers with what the nodes run', async () => {
    expect(send(messageOf())).toBe(202);
    expect([...running.values()]).toEqual(['stopped', 'stopped', BAD_RELEASE]);
    await clock.advance(1_500);
    expect([...running.values()]).toEqual([GOOD_RELEASE, GOOD_RELEASE, BAD_RELEASE]);
    expect(answers.map(({ nodeId, status, softwareVersion }) => [nodeId, status, softwareVersion])).toEqual(
      expect.arrayContaining([
        ['iad-01', 'accepted', undefined],
        ['iad-01', 'done', 'v2.1.4'],
        ['iad-02', 'done', 'v2.1.4'],
      ]),
    );
  });

  it('R35: takes the nodes of a stage to its release in the same steps', async () => {
    expect(send(messageOf({ action: 'deploy', rollbackId: undefined, rolloutId: 'ro1', audience: ['iad-01'] }))).toBe(
      202,
    );
    await clock.advance(1_500);
    expect(running.get('iad-01')).toEqual(GOOD_RELEASE);
    expect(answers.at(-1)).toMatchObject({ status: 'done', probes: 5, passed: 5, softwareVersion: 'v2.1.4' });
  });

  it('R58, R43: tells the four steps of each node in order, with its health check', async () => {
    send(messageOf({ audience: ['iad-01'] }));
    await clock.advance(1_500);
    expect(answers.map(({ status, step, probes, passed }) => [status, step, probes, passed])).toEqual([
      ['accepted', undefined, undefined, undefined],
      ['running', 'stop', undefined, undefined],
      ['running', 'deploy', undefined, undefined],
      ['running', 'start', 5, 5],
      ['done', 'verify', 5, 5],
    ]);
  });

  it('R43: a node that does not come up on the target fails its health check, and is not said to be done', async () => {
    refusesStart = true;
    send(messageOf({ audience: ['iad-01'] }));
    await clock.advance(1_500);
    expect(answers.at(-1)).toMatchObject({ status: 'failed', step: 'start', probes: 5 });
    expect(answers.at(-1)?.passed).toBeLessThan(4);
  });

  it('B8: acts once on a command, however often it comes, tells again how it ended, and never acts on an older one', async () => {
    expect(send(messageOf({ generation: 5 }))).toBe(202);
    await clock.advance(1_500);
    const before = answers.length;
    expect(send(messageOf({ generation: 5 }))).toBe(200);
    expect(send(messageOf({ commandId: 'c-0', generation: 4 }))).toBe(422);
    await clock.advance(1_500);
    expect(answers.slice(before).map(({ nodeId, status }) => `${nodeId} ${status}`)).toEqual([
      'iad-01 done',
      'iad-02 done',
    ]);
    expect([...running.values()]).toEqual([GOOD_RELEASE, GOOD_RELEASE, BAD_RELEASE]);
    expect(system.received.map(({ verdict }) => verdict)).toEqual(['executed', 'repeated', 'refused']);
  });

  it.each([
    ['another key', () => messageOf({}, generateKeyPairSync('ed25519').privateKey)],
    ['an expired command', () => messageOf({ issuedAtMs: NOW_MS - 90_000, expiresAtMs: NOW_MS - 60_000 })],
    ['an altered audience', () => messageOf({ audienceDigest: audienceDigest(['iad-01']) })],
    ['no command', () => '{"data":{}}'],
    ['no JSON', () => 'x'],
  ])('refuses %s and does nothing', (_what, body) => {
    expect(send(body())).toBe(422);
    expect(running.get('iad-01')).toBe(BAD_RELEASE);
  });

  it('does not look at a message with a foreign or an old webhook signature', () => {
    const body = messageOf();
    expect(send(body, headersOf(body, Buffer.alloc(32, 8)))).toBe(401);
    expect(send(body, headersOf(body, SECRET, NOW_MS - 600_000))).toBe(401);
    expect(system.received).toEqual([]);
  });

  it('reports a node it does not know as failed', async () => {
    send(messageOf({ audience: ['nowhere-01'] }));
    await clock.advance(1_500);
    expect(answers.map(({ status }) => status)).toEqual(['accepted', 'failed']);
  });
});

describe('the receiver', () => {
  it('listens on one address, and refuses what it has no route for', async () => {
    const receiver = await startReceiver(createManualClock(NOW_MS), 1);
    const post = (path: string, body: string) => fetch(`${receiver.url}${path}`, { method: 'POST', body });
    expect((await post('/v2/enqueue', JSON.stringify(trigger()))).status).toBe(202);
    expect((await post('/deploy', messageOf())).status).toBe(503);
    expect((await post('/other', '')).status).toBe(404);
    expect((await post('/v2/enqueue', 'x'.repeat(5_000_000))).status).toBe(413);
    expect(receiver.pagerDuty.alerts).toMatchObject([{ dedupKey: 'i-1', openedAtMs: NOW_MS }]);
    await receiver.close();
  });
});

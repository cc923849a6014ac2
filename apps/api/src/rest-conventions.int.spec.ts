import { event, streamOf } from '#contracts';
import { type ServedApi, serveApi, tellStory } from './api.fixture.js';

/** As docs/http-api.md promises. */
const KEY_DAY_MS = 86_400_000;
const isFirst = ({ incidentId }: { readonly incidentId: string }): boolean => incidentId === 'in1';

describe('what holds for every route', () => {
  let served: ServedApi;
  let viewer: string;
  const ask = async (method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: unknown) => {
    const response = await fetch(`${served.url}${path}`, {
      method,
      headers: { authorization: viewer, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  beforeAll(async () => {
    served = await serveApi();
    viewer = await served.as('viewer');
    await tellStory(served);
  });
  afterAll(() => served.end());

  it.each([
    ['/v1/alerts', 'alerts'],
    ['/v1/incidents', 'incidents'],
    ['/v1/commands', 'commands'],
    ['/v1/rollouts', 'rollouts'],
    ['/v1/customers', 'customers'],
    ['/v1/nodes', 'nodes'],
  ])('%s is read to its end by following its links, each row once', async (path, name) => {
    const whole = await ask('GET', `${path}?limit=500`);
    expect(whole.body.next).toBeNull();
    expect(whole.headers.get('link')).toBeNull();
    const seen: unknown[] = [];
    for (let next: string | undefined = `${path}?limit=1`; next !== undefined;) {
      const page = await ask('GET', next);
      expect(page.status).toBe(200);
      expect(page.body[name]).toHaveLength(1);
      seen.push(...page.body[name]);
      next = /^<(.*)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
      expect(next === undefined).toBe(page.body.next === null);
    }
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(whole.body[name]);
  });

  it.each([
    'rollbacks',
    'redirects',
    'overrides',
    'fallbacks',
    'breakers',
    'releases',
    'silences',
    'maintenance',
    'status-updates',
    'deliveries',
    'dead-letters',
    'drills',
    'rules/history',
  ])('/v1/%s takes only a cursor of its own', async (path) => {
    expect(await ask('GET', `/v1/${path}?limit=1`)).toMatchObject({ status: 200 });
    const { body } = await ask('GET', '/v1/alerts?limit=1');
    const foreign = await ask(
      'GET',
      `/v1/${path}?after=${body.next ?? Buffer.from('["alerts"]').toString('base64url')}`,
    );
    expect(foreign).toMatchObject({ status: 400, body: { code: 'CURSOR_INVALID' } });
  });

  it('what is known already is not sent again, and a thing that changed is', async () => {
    const first = await ask('GET', '/v1/incidents/in1');
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"\d+\.[0-9a-f]{16}"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const again = await ask('GET', '/v1/incidents/in1', { 'if-none-match': tag });
    expect(again).toMatchObject({ status: 304, body: undefined });
    expect(again.headers.get('etag')).toBe(tag);
    for (const path of ['/v1/nodes', '/v1/fleet', '/v1/windows?family=fleet']) {
      const { headers } = await ask('GET', path);
      const known = headers.get('etag') ?? '';
      expect([path, known, headers.get('content-type')]).toEqual([
        path,
        expect.stringMatching(/^W\/"/),
        'application/json; charset=utf-8',
      ]);
      expect([path, (await ask('GET', path, { 'if-none-match': known })).status]).toEqual([path, 304]);
    }
    const authorization = await served.as('operator');
    expect(await ask('POST', '/v1/incidents/in1/notes', { authorization }, { text: 'seen' })).toMatchObject({
      status: 201,
    });
    expect(await ask('GET', '/v1/incidents/in1', { 'if-none-match': tag })).toMatchObject({ status: 200 });
  });

  it('an incident is read anew after every event, by whoever asks, and once for all while there is none', async () => {
    const authorization = await served.as('operator');
    const look = async () => (await ask('GET', '/v1/incidents/in1')).body;
    for (let note = 0; note < 10; note += 1) {
      // More bytes than characters.
      const text = `seen at once ${note} – gesehen, übernommen 🦊`;
      // Readers before, while and after: none of them may leave its report to who comes after the act.
      const before = Array.from({ length: 5 }, look);
      expect(await ask('POST', '/v1/incidents/in1/notes', { authorization }, { text })).toMatchObject({ status: 201 });
      const [{ incident, timeline }] = await Promise.all([look(), ...before]);
      expect(incident).toEqual((await ask('GET', '/v1/incidents?limit=500')).body.incidents.find(isFirst));
      expect(timeline.at(-1).event.data).toMatchObject({ text });
    }
    // What is not of its own stream is in the report as well.
    const delivered = (await look()).deliveries[0];
    const at = served.clock.nowMs();
    const attempt = event('DeliveryAttempted', {
      deliveryId: delivered.deliveryId,
      attempt: 1,
      outcome: 'delivered',
      detail: 'taken',
      status: 202,
      dueAtMs: null,
      at,
    });
    const stream = streamOf.delivery(delivered.deliveryId);
    await served.parts.eventStore.append([{ stream, expectedVersion: 1, events: [attempt] }], {
      actor: 'dispatcher',
      cause: 't',
    });
    expect((await look()).deliveries[0]).toMatchObject({ status: 'delivered', attempts: 1, lastDetail: 'taken' });
    const asked = served.asked.length;
    await Promise.all(Array.from({ length: 20 }, look));
    const since = (part: string): number => served.asked.slice(asked).filter((text) => text.includes(part)).length;
    expect([since('from event_head'), since('from incident i'), since('from delivery')]).toEqual([20, 0, 0]);
  });

  it('an act on a thing that changed since it was looked at is refused, by whomever of many comes second', async () => {
    const authorization = await served.as('operator');
    const tag = (await ask('GET', '/v1/incidents/in1')).headers.get('etag') ?? '';
    const notes = await Promise.all(
      ['a', 'b', 'c', 'd'].map((text) =>
        ask(
          'POST',
          '/v1/incidents/in1/notes',
          { authorization, 'if-match': tag },
          { text: `with a condition: ${text}` },
        ),
      ),
    );
    expect(notes.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 412, 412, 412]);
    expect(notes.find(({ status }) => status === 412)?.body).toMatchObject({ code: 'PRECONDITION_FAILED' });
    const any = { authorization, 'if-match': '*' };
    expect(await ask('POST', '/v1/incidents/in1/notes', any, { text: 'any' })).toMatchObject({ status: 201 });
  });

  const silence = (sector: string) => ({ where: { rule: [sector] }, durationMs: 600_000, comment: 'work' });

  it('a request with a key is done once, however often and however many at a time it is sent', async () => {
    const authorization = await served.as('operator');
    const before = await served.parts.eventStore.head();
    const headers = { authorization, 'idempotency-key': '"8e03978e-40d5"' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('POST', '/v1/silences', headers, silence('once'))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.silence.silenceId)).size).toBe(1);
    expect(await served.parts.eventStore.head()).toBe(before + 1);
    // The answer was lost, and the client asks again: what it made is answered as it is now.
    const id = answers[0]?.body.silence.silenceId;
    expect(await ask('DELETE', `/v1/silences/${id}`, { authorization })).toMatchObject({ status: 200 });
    const again = await ask('POST', '/v1/silences', headers, silence('once'));
    expect(again).toMatchObject({ status: 201, body: { silence: { silenceId: id, expiredBy: expect.any(String) } } });
    expect(await served.parts.eventStore.head()).toBe(before + 2);
  });

  it('an act that may not be done twice is not decided again', async () => {
    const authorization = await served.as('operator');
    const headers = { authorization, 'idempotency-key': 'note-1' };
    const before = await served.parts.eventStore.head();
    for (let sent = 0; sent < 3; sent += 1)
      expect(await ask('POST', '/v1/incidents/in1/notes', headers, { text: 'once' })).toMatchObject({ status: 201 });
    expect(await served.parts.eventStore.head()).toBe(before + 1);
  });

  it('a key with another request is refused, and keys of two callers never meet', async () => {
    const [operator, admin] = [await served.as('operator'), await served.as('admin')];
    const send = (authorization: string, sector: string) =>
      ask('POST', '/v1/silences', { authorization, 'idempotency-key': 'other' }, silence(sector));
    const first = await send(operator, 'a');
    expect(await send(operator, 'b')).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const others = await send(admin, 'b');
    expect(others).toMatchObject({ status: 201 });
    expect(others.body.silence.silenceId).not.toBe(first.body.silence.silenceId);
    for (const key of ['', 'a b', 'x'.repeat(129)])
      expect(
        await ask('POST', '/v1/silences', { authorization: operator, 'idempotency-key': key }, silence('a')),
      ).toMatchObject({ status: 422, body: { code: 'BODY_INVALID' } });
  });

  it('a key is good for a day: the same one the day after makes something new, and is good for that', async () => {
    const headers = { authorization: await served.as('operator'), 'idempotency-key': 'nightly' };
    const made = async () => {
      const { status, body } = await ask('POST', '/v1/silences', headers, silence('nightly'));
      return status === 201 ? body.silence.silenceId : body.code;
    };
    const first = await made();
    await served.clock.advance(KEY_DAY_MS - 1);
    expect(await made()).toBe(first);
    await served.clock.advance(1);
    const second = await made();
    expect(second).toMatch(/^s-[0-9a-f]{16}$/);
    expect(second).not.toBe(first);
    expect(await made()).toBe(second);
    await served.clock.advance(-KEY_DAY_MS);
  });

  it('a secret that was shown is not shown again', async () => {
    const headers = { authorization: await served.as('admin'), 'idempotency-key': 'key-1' };
    const body = { name: 'a screen', role: 'viewer', comment: 'for the wall' };
    expect(await ask('POST', '/v1/keys', headers, body)).toMatchObject({ status: 201 });
    expect(await ask('POST', '/v1/keys', headers, body)).toMatchObject({
      status: 409,
      body: { code: 'IDEMPOTENCY_KEY_ANSWERED' },
    });
    const issued = { nodeId: 'n1', comment: 'rotation' };
    const nodeKey = { ...headers, 'idempotency-key': 'key-2' };
    expect(await ask('POST', '/v1/node-keys', nodeKey, issued)).toMatchObject({ status: 201 });
    expect(await ask('POST', '/v1/node-keys', nodeKey, issued)).toMatchObject({
      status: 409,
      body: { code: 'IDEMPOTENCY_KEY_ANSWERED' },
    });
  });

  it('a preview of a silence names what it would mute, and records nothing', async () => {
    const before = await served.parts.eventStore.head();
    const { alerts } = (await ask('GET', '/v1/alerts?state=firing')).body;
    const wanted = { where: { rule: [alerts[0].rule] }, durationMs: 600_000, comment: 'look' };
    const { status, body } = await ask('POST', '/v1/silences/preview', {}, wanted);
    expect(status).toBe(200);
    expect(body.preview.alerts).toContainEqual(expect.objectContaining({ alertId: alerts[0].alertId }));
    const none = await ask('POST', '/v1/silences/preview', {}, { ...wanted, where: { rule: ['no such rule'] } });
    expect(none.body.preview.alerts).toEqual([]);
    expect(await served.parts.eventStore.head()).toBe(before);
  });

  it('single things are found by their ids, and what is not there is said to be so', async () => {
    const first = async (path: string, name: string, id: string) => {
      const item = (await ask('GET', `/v1/${path}?limit=1`)).body[name][0];
      return [`/v1/${path}/${encodeURIComponent(item[id])}`, item] as const;
    };
    for (const [path, name, id] of [
      ['alerts', 'alerts', 'alertId'],
      ['rollbacks', 'rollbacks', 'rollbackId'],
      ['commands', 'commands', 'commandId'],
      ['nodes', 'nodes', 'nodeId'],
      ['customers', 'customers', 'customerId'],
      ['silences', 'silences', 'silenceId'],
    ] as const) {
      const [url, item] = await first(path, name, id);
      const { status, body } = await ask('GET', url);
      expect(status).toBe(200);
      expect(Object.values(body)[0]).toEqual(item);
      expect(await ask('GET', `/v1/${path}/nobody`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
    expect(await ask('GET', '/v1/approvals')).toMatchObject({ status: 200, body: { approvals: expect.any(Array) } });
    expect(await ask('GET', '/v1/pages?limit=1')).toMatchObject({ status: 200 });
  });
});

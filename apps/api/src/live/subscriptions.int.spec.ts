import { connect } from 'node:net';
import { event, streamOf } from '#contracts';
import { FakeClock, openTestDatabase, serveRoles, until } from '#testing';
import { api } from '../api.role.js';
import { type ServedApi, serveApi, tellStory } from '../api.fixture.js';
import { FOLLOWERS } from '../tokens.js';
import { BEAT_EVERY_MS, type Followers } from './followers.js';
import { type OpenSocket, openSocket, type SocketOptions } from './live.fixture.js';
import { STRANGERS_PER_ADDRESS_MAX } from './strangers.js';
import { OPERATIONS_MAX } from './subscription-door.js';

const EVENTS = 'subscription ($after: Float) { events(after: $after) { position type stream actor data } }';

describe('subscriptions', () => {
  let served: ServedApi;
  let viewer: string;
  const opened: OpenSocket[] = [];
  beforeAll(async () => {
    served = await serveApi();
    viewer = await served.as('viewer');
    await tellStory(served);
  });
  afterEach(async () => {
    for (const socket of opened.splice(0)) socket.close();
    await until('nobody follows', () => served.get<Followers>(FOLLOWERS).size === 0);
  });
  afterAll(() => served.end());

  const open = async (options: SocketOptions = { key: viewer }): Promise<OpenSocket> => {
    const socket = await openSocket(`${served.url}/graphql`, options);
    opened.push(socket);
    return socket;
  };
  const append = (stream: string, expectedVersion: number, ...events: Parameters<typeof event>[]) =>
    served.parts.eventStore.append(
      [{ stream, expectedVersion, events: events.map(([type, data]) => event(type, data)) }],
      { actor: 'test', cause: 'test' },
    );
  let revoked = 0;
  const revoke = (keyId = `none-${(revoked += 1)}`, version = 0) =>
    append(streamOf.key(keyId), version, ['ApiKeyRevoked', { keyId }]);
  const untilMoved = (what: string, condition: () => boolean | Promise<boolean>): Promise<unknown> =>
    until(what, async () => {
      await served.clock.advance(100);
      return condition();
    });
  const codesOf = (socket: OpenSocket, id: string) =>
    socket.results(id).flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions?.code));

  it('B15: events come each once and in order, from a position on, as REST has them', async () => {
    const head = await served.parts.eventStore.head();
    const socket = await open();
    socket.subscribe('a', EVENTS, { after: 0 });
    socket.subscribe('b', EVENTS, { after: head - 1 });
    socket.subscribe('c', 'subscription { events(types: ["ApiKeyRevoked"]) { position } }');
    await untilMoved('the past came', () => socket.results('a').length === head && socket.results('b').length === 1);
    await revoke();
    await untilMoved('the present came', () => socket.results('c').length === 1 && socket.results('a').length > head);
    const events = socket.results('a').map(({ data }) => data?.['events']) as readonly { position: number }[];
    expect(events.map(({ position }) => position)).toEqual(Array.from({ length: head + 1 }, (_each, at) => at + 1));
    const { body } = await served.send('GET', '/v1/events?after=0', viewer);
    const asked = (body['events'] as unknown as readonly { event: object; metadata: object }[]).map(
      (each) => each.event,
    );
    expect(events).toMatchObject(asked);
    expect(JSON.stringify(events)).not.toContain('secretHash');
    expect(socket.results('c')).toEqual([{ data: { events: { position: head + 1 } } }]);
  });

  it('an incident that changes comes as it is then, and the ones of before from a position on', async () => {
    const socket = await open();
    const query =
      'subscription ($after: Float, $id: String) { incidentChanged(after: $after, id: $id) { position incident { incidentId status } } }';
    socket.subscribe('past', query, { after: 0 });
    socket.subscribe('one', query, { id: 'in1' });
    await untilMoved('both came', () => socket.results('past').length === 2);
    // In the order of their last changes: that of the first is its rollback, which has a stream of its own.
    expect(socket.results('past').map(({ data }) => data?.['incidentChanged'])).toMatchObject([
      { incident: { incidentId: 'in2', status: 'resolved' } },
      { incident: { incidentId: 'in1', status: 'open' } },
    ]);
    await served.send('POST', '/v1/incidents/in1/acknowledge', await served.as('operator'), { note: 'mine' });
    await untilMoved('it came', () => socket.results('one').length === 1);
    expect(socket.results('one')[0]?.data?.['incidentChanged']).toMatchObject({
      incident: { incidentId: 'in1', status: 'acknowledged' },
    });
    const said = { alertId: 'al1', incidentId: 'in1', by: 'slack:alice', at: 1 };
    await append(streamOf.alertResolution('al1'), 0, ['AlertResolutionRequested', said]);
    await untilMoved('who ended an alert came', () => socket.results('one').length === 2);
  });

  it('a delivery that changes comes as it is then, without what was said in it', async () => {
    const [sent] = await served.db.database.query<{ id: string }>('select delivery_id as id from delivery limit 1');
    const deliveryId = sent?.id ?? '';
    const socket = await open();
    socket.subscribe(
      'd',
      'subscription ($id: String) { deliveryChanged(id: $id) { position delivery { deliveryId status attempts { attempt } } } }',
      { id: deliveryId },
    );
    const version = (await served.parts.eventStore.readStream(streamOf.delivery(deliveryId))).length;
    const attempt = {
      deliveryId,
      attempt: 1,
      outcome: 'delivered' as const,
      status: 202,
      detail: 'ok',
      dueAtMs: null,
      at: 1,
    };
    await append(streamOf.delivery(deliveryId), version, ['DeliveryAttempted', attempt]);
    await untilMoved('it came', () => socket.results('d').length === 1);
    expect(socket.results('d')[0]).toEqual({
      data: {
        deliveryChanged: {
          position: await served.parts.eventStore.head(),
          delivery: { deliveryId, status: 'delivered', attempts: [{ attempt: 1 }] },
        },
      },
    });
  });

  it('what lies beside a change is read once for all who hear of it, and costs no more than its bound', async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => open()));
    const beside = 'alerts { alertId } deliveries { subject } escalation { state } timeline { type }';
    for (const socket of sockets)
      socket.subscribe('i', `subscription { incidentChanged { position incident { incidentId ${beside} } } }`);
    await until('all follow', () => served.get<Followers>(FOLLOWERS).size === 10);
    await served.clock.advance(1_000);
    const before = served.asked.length;
    await served.send('POST', '/v1/incidents/in1/notes', await served.as('operator'), { text: 'once' });
    await untilMoved('it came to all', () => sockets.every((socket) => socket.results('i').length === 1));
    expect(new Set(sockets.map((socket) => JSON.stringify(socket.results('i')))).size).toBe(1);
    expect(JSON.stringify(sockets[0]?.results('i'))).toContain('IncidentNoted');
    const asked = served.asked.slice(before);
    for (const beside of [/from unnest\(\$1::text\[\]\) as wanted \(stream\)/, /from escalation\b|incident_escalation/])
      expect([beside, asked.filter((text) => beside.test(text)).length]).toEqual([beside, 1]);
    sockets[0]?.subscribe(
      'dear',
      `subscription { incidentChanged { incident { alerts(first: 60) { incident { title } } } } }`,
    );
    await until('it is refused', () => sockets[0]?.isOver('dear') === true);
    expect(codesOf(sockets[0]!, 'dear')).toEqual(['QUERY_TOO_COSTLY']);
  });

  it('the health of the fleet comes once a second, the newest alone', async () => {
    const socket = await open();
    socket.subscribe('h', 'subscription { fleetHealth { position health { asOf fleet { key } } } }');
    await untilMoved('three seconds', () => socket.results('h').length >= 3);
    socket.complete('h');
    const told = socket.results('h').map(({ data }) => data?.['fleetHealth'] as { health: { asOf: string } });
    const apart = told
      .slice(1)
      .map(({ health }, index) => Date.parse(health.asOf) - Date.parse(told[index]?.health.asOf ?? ''));
    // A second whose reading takes longer than a second of the test's clock is passed over, and none is told twice.
    expect(apart.filter((ms) => ms < 1_000 || ms % 1_000 !== 0)).toEqual([]);
  });

  it('whoever may not look is let in nowhere, by the first message or by a header', async () => {
    const cases: readonly (readonly [SocketOptions, number | undefined])[] = [
      [{}, 4401],
      [{ key: 'Bearer a.b' }, 4401],
      [{ key: await served.as('deploy') }, 4403],
      [{ headers: { authorization: viewer } }, undefined],
      [{ key: viewer, headers: { origin: 'http://tocsin.test' } }, undefined],
      [{ key: viewer, headers: { origin: served.url } }, undefined],
    ];
    for (const [options, code] of cases) {
      const socket = await open(options);
      if (code !== undefined) await until('it is closed', () => socket.closed() !== undefined);
      expect([options, socket.closed()?.code]).toEqual([options, code]);
    }
    const refused: readonly (readonly [SocketOptions, string, number])[] = [
      [{ key: viewer, headers: { origin: 'https://evil.example' } }, '/graphql', 403],
      [{ key: viewer, protocol: 'graphql-ws' }, '/graphql', 400],
      [{ key: viewer }, '/v1/events', 404],
    ];
    for (const [options, path, status] of refused)
      await expect(openSocket(`${served.url}${path}`, options)).rejects.toThrow(`status ${status}`);
  });

  it.each(['//', '//[', 'http://[', '/'])('an upgrade of %s is answered, and stops nothing', async (target) => {
    const { port } = new URL(served.url);
    const socket = connect(Number(port), '127.0.0.1');
    const told: string[] = [];
    socket.on('data', (part: Buffer) => told.push(part.toString()));
    const closed = new Promise((done) => socket.once('close', done));
    socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    // The server ends it, whatever this side does.
    await closed;
    expect(told.join('')).toMatch(/^HTTP\/1\.1 40[04] /);
    expect((await served.send('GET', '/healthz')).status).toBe(200);
  });

  it('takes subscriptions alone, within the limits of every document, and not more than its bound', async () => {
    const socket = await open();
    const deep = `subscription { incidentChanged { ${'incident { alerts { '.repeat(4)} alertId ${'} }'.repeat(4)} } }`;
    const wrong = [
      '{ fleetHealth { asOf } }',
      'mutation ($i: AcknowledgeIncidentInput!) { acknowledgeIncident(input: $i) { clientMutationId } }',
      'subscription {',
      deep,
    ];
    for (const [id, query] of [
      ...wrong,
      'subscription { events { no } }',
      'subscription { __schema { types { name } } }',
    ].entries()) {
      socket.subscribe(`w${id}`, query);
      await until('it is refused', () => socket.results(`w${id}`).length > 0);
      expect([query, codesOf(socket, `w${id}`).at(0)]).toEqual([
        query,
        query.endsWith('{') ? 'QUERY_INVALID' : 'DOCUMENT_INVALID',
      ]);
    }
    for (const query of [
      'events(after: 1e9) { position }',
      'events(after: -1) { position }',
      'events(types: ["No"]) { position }',
    ]) {
      socket.subscribe(query, `subscription { ${query} }`);
      await until('it is refused', () => socket.results(query).length > 0);
      expect([query, codesOf(socket, query).at(0)]).toEqual([
        query,
        query.includes('No') ? 'QUERY_INVALID' : 'CURSOR_INVALID',
      ]);
    }
    for (let n = 0; n <= OPERATIONS_MAX; n += 1) socket.subscribe(`m${n}`, 'subscription { events { position } }');
    await until('the last is refused', () => socket.isOver(`m${OPERATIONS_MAX}`));
    expect(codesOf(socket, `m${OPERATIONS_MAX}`)).toEqual(['SUBSCRIBERS_TOO_MANY']);
    socket.complete('m0');
    socket.subscribe('again', 'subscription { events { position } }');
    await revoke();
    await untilMoved(
      'the others go on',
      () => socket.results('again').length === 1 && socket.results('m1').length === 1,
    );
    expect(socket.results('m0')).toEqual([]);
    const byPost = await served.ask('subscription { events { position } }', viewer);
    expect([byPost.status, JSON.stringify(byPost.body)]).toEqual([422, expect.stringContaining('DOCUMENT_INVALID')]);
  });

  it('a ping is answered without what it holds, before a key and after', async () => {
    const payload = { text: 'x'.repeat(10_000) };
    const sockets = [await open({ isSilent: true }), await open()];
    for (const socket of sockets) {
      socket.send(JSON.stringify({ type: 'ping', payload }));
      await until('it is answered', () => socket.said().some((text) => text.includes('pong')));
      expect(socket.said().at(-1)).toBe('{"type":"pong"}');
    }
  });

  it('a socket that says nothing, too much or nonsense is closed', async () => {
    const silent = await open({ isSilent: true });
    const nonsense = await open();
    nonsense.send('{');
    const loud = await open();
    for (let n = 0; n < 300; n += 1) loud.send('{"type":"ping"}');
    const large = await open();
    large.send(JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(70_000) } }));
    await until('all are closed', () =>
      [silent, nonsense, loud, large].every((socket) => socket.closed() !== undefined),
    );
    expect([silent, nonsense, loud, large].map((socket) => socket.closed()?.code)).toEqual([4408, 4400, 4429, 1009]);
  });

  it('ends for a key that is revoked, and for a client that answers no ping', async () => {
    const key = await served.keyOf('viewer');
    const [revokedSoon, hung, well] = [await open({ key }), await open(), await open()];
    hung.pause();
    await revoke(key.slice('Bearer '.length).split('.')[0], 1);
    await untilMoved('it is closed', () => revokedSoon.closed() !== undefined);
    expect(revokedSoon.closed()).toEqual({ code: 4401, reason: 'KEY_UNKNOWN' });
    const followers = served.get<Followers>(FOLLOWERS);
    let asked = 0;
    // Its answer comes behind the ping, and the next one behind the pong.
    const roundTrip = async (): Promise<void> => {
      const id = `r${(asked += 1)}`;
      well.subscribe(id, '{');
      await until('an answer', () => well.isOver(id));
    };
    for (let beats = 0; beats < 3 && followers.size > 1; beats += 1) {
      await served.clock.advance(BEAT_EVERY_MS);
      await roundTrip();
      await roundTrip();
    }
    await until('the hung one is cut', () => followers.size === 1);
    expect(well.closed()).toBe(undefined);
  });

  it('an offer of another protocol is ignored, and the request answered', async () => {
    const { port, hostname } = new URL(served.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (part) => (text += part.toString()));
    const body = JSON.stringify({ query: '{ fleetHealth { fleet { key } } }' });
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\nAuthorization: ${viewer}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until('it is answered', () => text.includes('fleetHealth'));
    expect(text).toMatch(/^HTTP\/1.1 200 /);
    socket.destroy();
  });
});

it('bad keys are counted by address as at the front door, good ones by caller; pages of listed origins are let in', async () => {
  const db = await openTestDatabase();
  const each = (perSecond: number) => ({ perSecond, windowS: 3 });
  const rates = { view: each(2), act: each(1), telemetry: each(1), proved: each(1), stranger: each(1) };
  const door = { corsOrigins: new Set(['https://console.example']), rates };
  const served = await serveRoles([api], db, { clock: new FakeClock(), door });
  const key = await served.keyOf('viewer');
  const open = (options: SocketOptions) => openSocket(`${served.url}/graphql`, options);
  const reasons: (string | undefined)[] = [];
  for (let n = 0; n < 4; n += 1) reasons.push((await open({ key: 'Bearer a.b' })).closed()?.reason);
  expect(reasons).toEqual(['KEY_UNKNOWN', 'KEY_UNKNOWN', 'KEY_UNKNOWN', 'RATE_LIMITED']);
  const page = await open({ key, headers: { origin: 'https://console.example' } });
  expect(page.closed()).toBe(undefined);
  for (let n = 0; n < 6; n += 1) page.subscribe(`s${n}`, 'subscription { events { position } }');
  await until('the last is refused', () => page.isOver('s5'));
  expect(page.results('s5')[0]?.errors?.[0]?.extensions?.code).toBe('RATE_LIMITED');
  expect(page.isOver('s0')).toBe(false);
  await served.close();
  await db.close();
});

it('who says nothing has a share by address, IPv6 by its network, also behind a balancer; others are let in', async () => {
  const db = await openTestDatabase();
  const served = await serveRoles([api], db, { clock: new FakeClock(), door: { trustedProxies: ['127.0.0.1'] } });
  const key = await served.keyOf('viewer');
  const opened: OpenSocket[] = [];
  const open = async (from: string, options: SocketOptions): Promise<OpenSocket> => {
    const headers = { 'x-forwarded-for': `203.0.113.99, ${from}` };
    const socket = await openSocket(`${served.url}/graphql`, { ...options, headers });
    opened.push(socket);
    return socket;
  };
  const silent = { isSilent: true };
  const some = (count: number, from: (at: number) => string) =>
    Promise.all(Array.from({ length: count }, (_each, at) => open(from(at), silent)));
  await Promise.all([
    some(STRANGERS_PER_ADDRESS_MAX, () => '203.0.113.1'),
    some(STRANGERS_PER_ADDRESS_MAX, (at) => `2001:db8::${at}:1`),
  ]);
  for (const from of ['203.0.113.1', '2001:db8:0:0:ffff::1'])
    await expect(open(from, silent)).rejects.toThrow('status 503');
  for (const from of ['203.0.113.2', '2001:db8:0:1::1']) expect((await open(from, { key })).closed()).toBe(undefined);
  opened[0]?.close();
  // Whoever shows a key, or leaves, makes room.
  await until(
    'there is room again',
    async () => (await open('203.0.113.1', { key }).catch(() => undefined)) !== undefined,
  );
  for (const socket of opened) socket.close();
  await served.close();
  await db.close();
});

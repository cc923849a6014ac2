import { parseNodeKey, streamOf } from '#contracts';
import { type ServedApi, serveApi, tellStory } from './api.fixture.js';

const WHY = 'a test';

describe('what the REST API changes', () => {
  let served: ServedApi;
  let admin: string;
  beforeEach(async () => {
    served = await serveApi();
    admin = await served.as('admin');
    await tellStory(served);
  });
  afterEach(() => served.end());
  const post = (path: string, body: unknown, key = admin) => served.send('POST', path, key, body);
  const acknowledged = async () =>
    (await served.parts.eventStore.readStream(streamOf.incident('in1'))).filter(
      ({ event }) => event.type === 'IncidentAcknowledged',
    );

  it('an acknowledgement is an event with its actor, pages once, and the same again changes nothing', async () => {
    const operator = await served.as('operator');
    const first = await post('/v1/incidents/in1/acknowledge', { note: 'looking' }, operator);
    expect(first).toMatchObject({
      status: 200,
      body: { incident: { status: 'acknowledged', acknowledgedBy: 'operator:test operator', note: 'looking' } },
    });
    await post('/v1/incidents/in1/acknowledge', { note: 'looking' }, operator);
    expect(await acknowledged()).toMatchObject([{ metadata: { actor: 'operator:test operator' } }]);
    const { body } = await served.send('GET', '/v1/deliveries?dedupKey=in1', operator);
    expect(body['deliveries']).toMatchObject([{ action: 'acknowledge' }, { action: 'trigger' }]);
  });

  it('acknowledgements at the same moment all succeed, and the first stands', async () => {
    const roles = ['operator', 'incident_commander', 'admin'] as const;
    const keys = await Promise.all(roles.map(served.as));
    const answers = await Promise.all(
      [...keys, ...keys].map((key) => post('/v1/incidents/in1/acknowledge', undefined, key)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const events = await acknowledged();
    expect(events.length).toBeGreaterThanOrEqual(3);
    const { body } = await served.send('GET', '/v1/incidents/in1', admin);
    expect(body).toMatchObject({ incident: { acknowledgedBy: events[0]?.metadata.actor } });
  });

  it('a resolved incident and an unknown one are not acknowledged, nor anything that is no note', async () => {
    expect(await post('/v1/incidents/in2/acknowledge', {})).toMatchObject({
      status: 409,
      body: { code: 'INCIDENT_NOT_OPEN' },
    });
    expect(await post('/v1/incidents/none/acknowledge', {})).toMatchObject({ status: 404 });
    expect(await post('/v1/incidents/in1/acknowledge', { note: 7 })).toMatchObject({
      status: 422,
      body: { code: 'BODY_INVALID', errors: [{ pointer: '/note' }] },
    });
    expect(await acknowledged()).toEqual([]);
  });

  it('R1: nodes are registered, also by two at once, are known at once, and again say nothing new', async () => {
    const node = (nodeId: string) => ({ nodes: [{ nodeId, pop: 'nrt1', region: 'asia' }] });
    const answers = await Promise.all(['n7', 'n8', 'n9'].map((nodeId) => post('/v1/nodes', node(nodeId))));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const { body } = await served.send('GET', '/v1/nodes', admin);
    expect(JSON.stringify(body)).toMatch(/n7.*n8.*n9/);
    const head = await served.parts.eventStore.head();
    await post('/v1/nodes', node('n7'));
    expect(await served.parts.eventStore.head()).toBe(head);
    expect(await post('/v1/nodes', { nodes: [{ nodeId: 'a|b', pop: 'x', region: 'y' }] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/nodes/0/nodeId' }] },
    });
  });

  it('of a batch each item is answered, also when nothing was done: all of it is, or none', async () => {
    const node = (nodeId: string, pop = 'x') => ({ nodeId, pop, region: 'y' });
    expect(await post('/v1/nodes', { nodes: [node('b1'), node('b|2'), node('b3')] })).toMatchObject({
      status: 422,
      body: {
        results: [
          { index: 0, result: 'fits' },
          { index: 1, result: 'refused', detail: expect.any(String) },
          { index: 2, result: 'fits' },
        ],
      },
    });
    const results = (...each: readonly string[]) => each.map((result) => expect.objectContaining({ result }));
    const twice = { nodes: [node('b1'), node('b1')] };
    expect(await post('/v1/nodes', twice)).toMatchObject({
      status: 422,
      body: { results: results('fits', 'refused') },
    });
    const both = { nodes: [node('b1'), node('b3')] };
    expect(await post('/v1/nodes', both)).toMatchObject({ status: 201, body: { results: results('new', 'new') } });
    const once = async () => {
      const headers = { authorization: admin, 'content-type': 'application/json', 'idempotency-key': 'nodes-1' };
      const body = JSON.stringify({ nodes: [node('b4'), node('b5')] });
      return (await fetch(`${served.url}/v1/nodes`, { method: 'POST', headers, body })).json();
    };
    expect(await once()).toMatchObject({ results: results('new', 'new') });
    expect(await once()).toMatchObject({ results: results('unchanged', 'unchanged') });
    const moved = { nodes: [node('b1', 'z'), node('b3')] };
    expect(await post('/v1/nodes', moved)).toMatchObject({ body: { results: results('changed', 'unchanged') } });
    const owner = (customerId: string, zone: string) => {
      return { customerId, name: customerId, tier: 'tier1', critical: false, zones: [zone] };
    };
    const customers = [owner('b-one', 'b.test'), owner('b-two', 'c.test'), owner('b-three', 'b.test')];
    expect(await post('/v1/customers', { customers })).toMatchObject({
      status: 409,
      body: { results: results('fits', 'fits', 'refused') },
    });
  });

  it('a zone is normalised, has one customer, and may change hands in one request', async () => {
    const customer = (customerId: string, ...zones: readonly string[]) => ({
      customerId,
      name: customerId,
      tier: 'tier2',
      critical: false,
      zones,
    });
    const register = (...customers: readonly object[]) => post('/v1/customers', { customers });
    expect((await register(customer('hsbc', 'HSBC.Example.'))).status).toBe(201);
    expect(served.parts.catalogue.current().customers).toContainEqual(
      expect.objectContaining({ customerId: 'hsbc', zones: ['hsbc.example'] }),
    );
    expect(await register(customer('paypal', 'hsbc.EXAMPLE'))).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT', detail: expect.stringContaining('hsbc') as string },
    });
    expect((await register(customer('hsbc', 'new.example'), customer('paypal', 'hsbc.example'))).status).toBe(201);
    expect((await register(customer('a', 'x.example'), customer('b', 'x.example'))).status).toBe(409);
    expect(await register(customer('a', 'ok.example', 'not a zone'))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/customers/0/zones/1' }] },
    });
  });

  it('a created key works, is shown without its secret, and stops working when it is revoked', async () => {
    const { status, body } = await post('/v1/keys', { name: 'on call', role: 'operator', comment: WHY });
    expect(status).toBe(201);
    const { keyId, key } = body as unknown as { keyId: string; key: string };
    expect(key.startsWith(`${keyId}.`)).toBe(true);
    expect((await served.send('GET', '/v1/fleet', `Bearer ${key}`)).status).toBe(200);
    const { body: listed } = await served.send('GET', '/v1/keys', admin);
    expect(listed['keys']).toContainEqual({
      keyId,
      name: 'on call',
      role: 'operator',
      nodeId: null,
      revoked: false,
      scopes: null,
      expiresAt: null,
      createdBy: 'admin:test admin',
    });
    expect((await post(`/v1/keys/${keyId}/revoke`, { comment: WHY })).status).toBe(200);
    expect((await post(`/v1/keys/${keyId}/revoke`, { comment: WHY })).status).toBe(200);
    // What is known of a key is asked for again after a few seconds.
    await served.clock.advance(5_000);
    expect(await served.send('GET', '/v1/fleet', `Bearer ${key}`)).toMatchObject({
      status: 401,
      body: { code: 'KEY_UNKNOWN' },
    });
    expect(await post('/v1/keys/none/revoke', { comment: WHY })).toMatchObject({ status: 404 });
  });

  it('a key is cut to a part of its role, ends by itself, and says who made it', async () => {
    const expiresAt = served.clock.nowMs() + 3_600_000;
    const wanted = { name: 'board', comment: WHY, role: 'operator', scopes: ['view', 'view', 'ask_gate'], expiresAt };
    const made = await post('/v1/keys', wanted);
    expect(made.status).toBe(201);
    const { keyId, key } = made.body as unknown as { keyId: string; key: string };
    const { body } = await served.send('GET', '/v1/keys', admin);
    expect(body['keys']).toContainEqual({
      keyId,
      name: 'board',
      role: 'operator',
      nodeId: null,
      revoked: false,
      scopes: ['view', 'ask_gate'],
      expiresAt,
      createdBy: 'admin:test admin',
    });
    expect(JSON.stringify(body)).not.toMatch(/hash|[0-9a-f]{64}/i);
    const use = async (method: string, path: string) => {
      const { status, body: told } = await served.send(
        method,
        path,
        `Bearer ${key}`,
        method === 'GET' ? undefined : {},
      );
      return [status, told['code']];
    };
    expect(await use('GET', '/v1/fleet')).toEqual([200, undefined]);
    expect(await use('POST', '/v1/silences')).toEqual([403, 'PERMISSION_DENIED']);
    expect(await use('POST', '/v1/rollouts')).toEqual([403, 'PERMISSION_DENIED']);
    await served.clock.advance(3_599_999);
    expect(await use('GET', '/v1/fleet')).toEqual([200, undefined]);
    // It is known for five seconds more, and over all the same.
    await served.clock.advance(1);
    expect(await use('GET', '/v1/fleet')).toEqual([401, 'KEY_EXPIRED']);
  });

  it('a key is cut to no more than its role grants, and ends after it began', async () => {
    const key = (body: object) => post('/v1/keys', { name: 'k', role: 'viewer', comment: WHY, ...body });
    for (const [body, pointer] of [
      [{ scopes: ['view', 'operate'] }, '/scopes/1'],
      [{ scopes: ['public'] }, '/scopes/0'],
      [{ scopes: [] }, '/scopes'],
      [{ expiresAt: served.clock.nowMs() }, '/expiresAt'],
      [{ expiresAt: 1.5 }, '/expiresAt'],
    ] as const)
      expect([pointer, await key(body)]).toMatchObject([pointer, { status: 422, body: { errors: [{ pointer }] } }]);
  });

  it('a node key names its node, which is in the inventory, and may do nothing here', async () => {
    const key = (body: object) => post('/v1/keys', { name: 'k', comment: WHY, ...body });
    expect(await key({ role: 'node' })).toMatchObject({ status: 422, body: { code: 'BODY_INVALID' } });
    expect(await key({ role: 'viewer', nodeId: 'n1' })).toMatchObject({ status: 422, body: { code: 'BODY_INVALID' } });
    expect(await key({ role: 'node', nodeId: 'n99' })).toMatchObject({ status: 422, body: { code: 'NODE_UNKNOWN' } });
    expect(await key({ role: 'king' })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/role' }] } });
    const made = (await key({ role: 'node', nodeId: 'n1' })).body as unknown as { key: string };
    expect((await served.send('GET', '/v1/nodes', `Bearer ${made.key}`)).status).toBe(403);
  });

  it('P8: a node key is shown once, two are valid, and a third waits until one is revoked', async () => {
    const issue = (nodeId = 'n1') => post('/v1/node-keys', { nodeId, comment: WHY });
    const first = (await issue()).body as unknown as { keyId: string; key: string };
    expect(first.keyId).toBe('n1.1');
    expect(parseNodeKey(first.key)).toMatchObject({ keyId: 'n1.1', nodeId: 'n1' });
    expect(parseNodeKey(first.key)?.key.equals(served.parts.nodeKeys.find('n1.1')!.key)).toBe(true);
    expect(await issue()).toMatchObject({ status: 201, body: { keyId: 'n1.2' } });
    expect(await issue()).toMatchObject({
      status: 409,
      body: { code: 'NODE_KEYS_TOO_MANY', detail: expect.stringContaining('n1.1 and n1.2') as string },
    });
    expect((await post('/v1/node-keys/n1.1/revoke', { comment: WHY })).status).toBe(200);
    expect((await post('/v1/node-keys/n1.1/revoke', { comment: WHY })).status).toBe(200);
    expect(await issue()).toMatchObject({ status: 201, body: { keyId: 'n1.3' } });
    const issuedAt = served.clock.nowMs();
    const { body } = await served.send('GET', '/v1/node-keys', admin);
    expect(body['nodeKeys']).toEqual([
      { keyId: 'n1.1', nodeId: 'n1', issuedAt, revokedAt: issuedAt + 30_000 },
      { keyId: 'n1.2', nodeId: 'n1', issuedAt, revokedAt: null },
      { keyId: 'n1.3', nodeId: 'n1', issuedAt, revokedAt: null },
    ]);
    const told = await served.parts.eventStore.readStream(streamOf.nodeKeys('n1'));
    expect(told.map(({ event, metadata }) => [event.type, metadata.actor])).toEqual(
      ['NodeKeyIssued', 'NodeKeyIssued', 'NodeKeyRevoked', 'NodeKeyIssued'].map((type) => [type, 'admin:test admin']),
    );
    const secret = first.key.slice(first.key.lastIndexOf('.') + 1);
    expect(JSON.stringify([body, told])).not.toContain(secret);
  });

  it('P8: of five who ask for a node key at once, two get one, each another', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post('/v1/node-keys', { nodeId: 'n2', comment: WHY })),
    );
    const made = answers.filter(({ status }) => status === 201).map(({ body }) => (body as { keyId?: string }).keyId);
    expect(new Set(made)).toEqual(new Set(['n2.1', 'n2.2']));
    expect(made).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
  });

  it('a node key is for a node of the inventory, and only what was issued is revoked', async () => {
    expect(await post('/v1/node-keys', { nodeId: 'n99', comment: WHY })).toMatchObject({
      status: 422,
      body: { code: 'NODE_UNKNOWN' },
    });
    expect(await post('/v1/node-keys', { nodeId: '@gateway', comment: WHY })).toMatchObject({ status: 422 });
    for (const keyId of ['n1.1', 'n99.1', '@gateway.1', 'none'])
      expect(await post(`/v1/node-keys/${keyId}/revoke`, { comment: WHY })).toMatchObject({ status: 404 });
  });

  it('a key cannot revoke itself', async () => {
    const keyId = admin.slice('Bearer '.length).split('.')[0] ?? '';
    expect(await post(`/v1/keys/${keyId}/revoke`, { comment: WHY })).toMatchObject({ status: 409 });
  });
});

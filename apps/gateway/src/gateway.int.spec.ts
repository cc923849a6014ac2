import fc from 'fast-check';
import {
  CONTENT_TYPE,
  encodeJsonColumns,
  encodeNdjson,
  encodeProtobuf,
  HEADER,
  type OutcomeBatch,
  VANTAGE,
} from '#contracts';
import { until } from '#testing';
import { type Answer, batchOf, send, serveGateway, type ServedGateway } from './gateway.fixture.js';

const OUTCOMES = '/v1/telemetry/outcomes';
let served: ServedGateway;
let keys: Record<'n1' | 'n2' | 'ingest' | 'deploy' | 'viewer', string>;
beforeAll(async () => {
  served = await serveGateway();
  keys = {
    n1: await served.keyOf('node', 'n1'),
    n2: await served.keyOf('node', 'n2'),
    ingest: await served.keyOf('ingest'),
    deploy: await served.keyOf('deploy'),
    viewer: await served.keyOf('viewer'),
  };
});
afterAll(() => served.stop());

const post = (path: string, authorization: string, contentType: string, body: Uint8Array | string): Promise<Answer> =>
  send(served.url, 'POST', path, { authorization, 'content-type': contentType }, body);
const postJson = (path: string, authorization: string, body: unknown): Promise<Answer> =>
  post(path, authorization, 'application/json', JSON.stringify(body));
const batch = (changes?: Partial<OutcomeBatch>): OutcomeBatch => batchOf(served.clock, changes);
const heartbeat = (nodeId: string, changes: object = {}) => ({
  type: 'heartbeat',
  nodeId,
  agentBootId: '7',
  atUs: served.clock.nowMs() * 1_000,
  pop: 'iad-1',
  region: 'us-east',
  softwareVersion: 'v2.1.4',
  configRev: 'c41',
  serverBootId: '1',
  observed: 1,
  dropped: 0,
  queued: 0,
  ...changes,
});
const deploy = (nodes: readonly string[]) => ({
  type: 'deploy',
  rolloutId: 'r1',
  service: 'dns',
  release: { softwareVersion: 'v2.1.5', configRev: 'c42' },
  previous: { softwareVersion: 'v2.1.4', configRev: 'c41' },
  stage: 'canary',
  nodes,
  atUs: 1,
});
const expectProblem = (answer: Answer, status: number, code: string): void => {
  expect([answer.status, answer.body['code'], answer.contentType.split(';')[0]]).toEqual([
    status,
    code,
    'application/problem+json',
  ]);
};

describe('outcomes', () => {
  it.each([
    [CONTENT_TYPE.protobuf, encodeProtobuf],
    [CONTENT_TYPE.jsonColumns, encodeJsonColumns],
    [CONTENT_TYPE.ndjson, encodeNdjson],
  ])('takes %s and appends it byte for byte under the node', async (contentType, encode) => {
    const before = (await served.records('telemetry.outcomes')).length;
    const body = encode(batch());
    const answer = await send(
      served.url,
      'POST',
      OUTCOMES,
      { authorization: keys.n1, 'content-type': contentType },
      body,
    );
    expect(answer).toMatchObject({ status: 202, body: { nodeId: 'n1', agentBootId: '7', seq: 1, outcomes: 3 } });
    const records = await served.records('telemetry.outcomes');
    expect(records).toHaveLength(before + 1);
    const record = records.find(({ headers }) => headers[HEADER.contentType] === contentType);
    expect(Buffer.from(record?.value ?? [])).toEqual(Buffer.from(body));
    expect(record?.key).toBe('n1');
    expect(record?.headers).toEqual({
      [HEADER.contentType]: contentType,
      [HEADER.sender]: expect.stringMatching(/^node-/),
    });
  });

  it('lets a collector speak for any node', async () => {
    expect(
      await post(OUTCOMES, keys.ingest, CONTENT_TYPE.protobuf, encodeProtobuf(batch({ nodeId: 'n2' }))),
    ).toMatchObject({
      status: 202,
    });
  });

  const bad: [string, () => Promise<Answer>, number, string][] = [
    [
      'an unparsable body',
      () => post(OUTCOMES, keys.n1, CONTENT_TYPE.jsonColumns, '{"schema":'),
      400,
      'BODY_UNPARSABLE',
    ],
    ['an unknown content type', () => post(OUTCOMES, keys.n1, 'text/csv', 'a,b'), 415, 'CONTENT_TYPE_UNKNOWN'],
    [
      'no content type',
      () => send(served.url, 'POST', OUTCOMES, { authorization: keys.n1 }, 'x'),
      415,
      'CONTENT_TYPE_UNKNOWN',
    ],
    ['plain JSON', () => postJson(OUTCOMES, keys.n1, { a: 1 }), 415, 'CONTENT_TYPE_UNKNOWN'],
    [
      'columns that disagree in length',
      () => {
        const columns = JSON.parse(Buffer.from(encodeJsonColumns(batch())).toString()) as { latency_us: number[] };
        columns.latency_us.pop();
        return post(OUTCOMES, keys.n1, CONTENT_TYPE.jsonColumns, JSON.stringify(columns));
      },
      422,
      'COLUMN_LENGTH',
    ],
    [
      'event times in the future',
      () =>
        post(
          OUTCOMES,
          keys.n1,
          CONTENT_TYPE.protobuf,
          encodeProtobuf(batch({ t0Us: (served.clock.nowMs() + 60_000) * 1_000 })),
        ),
      422,
      'TIME_IN_FUTURE',
    ],
    [
      'a node outside the inventory',
      () => post(OUTCOMES, keys.ingest, CONTENT_TYPE.protobuf, encodeProtobuf(batch({ nodeId: 'n9' }))),
      422,
      'NODE_UNKNOWN',
    ],
    [
      'what a prober saw',
      () => post(OUTCOMES, keys.n1, CONTENT_TYPE.protobuf, encodeProtobuf(batch({ vantage: VANTAGE.probe }))),
      422,
      'BODY_INVALID',
    ],
  ];
  it.each(bad)(
    'refuses %s, keeps it with its reason, and takes the next good one',
    async (_what, ask, status, code) => {
      const before = (await served.records('telemetry.outcomes')).length;
      const kept = (await served.records('telemetry.dead-letter')).length;
      await served.clock.advance(1_000);
      expectProblem(await ask(), status, code);
      const letters = await until('it is kept', async () => {
        const found = await served.records('telemetry.dead-letter');
        return found.length > kept && found;
      });
      expect(letters.at(-1)?.headers).toMatchObject({ [HEADER.reason]: code, [HEADER.origin]: 'http' });
      expect(await post(OUTCOMES, keys.n1, CONTENT_TYPE.protobuf, encodeProtobuf(batch()))).toMatchObject({
        status: 202,
      });
      expect((await served.records('telemetry.outcomes')).length).toBe(before + 1);
    },
  );

  const good = (): Uint8Array => encodeProtobuf(batch());
  const unwelcome: [string, () => Promise<Answer>, number, string][] = [
    [
      'a missing key',
      () => send(served.url, 'POST', OUTCOMES, { 'content-type': CONTENT_TYPE.protobuf }, good()),
      401,
      'KEY_MISSING',
    ],
    [
      'a missing key before it looks at the body',
      () => send(served.url, 'POST', '/v1/signals', { 'content-type': 'application/json' }, '{"broken":'),
      401,
      'KEY_MISSING',
    ],
    ['an unknown key', () => post(OUTCOMES, 'Bearer who.knows', CONTENT_TYPE.protobuf, good()), 401, 'KEY_UNKNOWN'],
    ['the key of another node', () => post(OUTCOMES, keys.n2, CONTENT_TYPE.protobuf, good()), 403, 'NODE_FOREIGN'],
    [
      'a key of a role that may not',
      () => post(OUTCOMES, keys.viewer, CONTENT_TYPE.protobuf, good()),
      403,
      'PERMISSION_DENIED',
    ],
    [
      'a body of 10 MB',
      () => post(OUTCOMES, keys.n1, CONTENT_TYPE.protobuf, Buffer.alloc(10_000_000)),
      413,
      'BODY_TOO_LARGE',
    ],
    [
      'a batch beyond 256 KiB',
      () => post(OUTCOMES, keys.n1, CONTENT_TYPE.protobuf, Buffer.alloc(300_000)),
      413,
      'BODY_TOO_LARGE',
    ],
    ['another method', () => send(served.url, 'GET', OUTCOMES, { authorization: keys.n1 }), 404, 'NOT_FOUND'],
  ];
  it.each(unwelcome)('refuses %s and keeps nothing of it', async (_what, ask, status, code) => {
    const before = await Promise.all([served.records('telemetry.outcomes'), served.records('telemetry.dead-letter')]);
    expectProblem(await ask(), status, code);
    const after = await Promise.all([served.records('telemetry.outcomes'), served.records('telemetry.dead-letter')]);
    expect(after.map(({ length }) => length)).toEqual(before.map(({ length }) => length));
  });

  it('R63: no bytes bring it down or slip in', async () => {
    const before = (await served.records('telemetry.outcomes')).length;
    const contentType = fc.constantFrom(...Object.values(CONTENT_TYPE), 'application/json', 'text/plain', 'x');
    await fc.assert(
      fc.asyncProperty(contentType, fc.uint8Array({ maxLength: 300 }), async (type, bytes) => {
        const { status } = await post(OUTCOMES, keys.n1, type, bytes);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    expect((await served.records('telemetry.outcomes')).length).toBe(before);
  });
});

describe('reports of nodes', () => {
  const NODES = '/v1/telemetry/nodes';

  it('are appended one record each, under their node', async () => {
    expect(await postJson(NODES, keys.ingest, [heartbeat('n1'), heartbeat('n2')])).toMatchObject({
      status: 202,
      body: { reports: 2 },
    });
    expect((await served.records('telemetry.nodes')).map(({ key }) => key)).toEqual(['n1', 'n2']);
  });

  it('are taken whole or not at all, naming the place', async () => {
    const before = (await served.records('telemetry.nodes')).length;
    const cases: [string, unknown[], number, string, string][] = [
      [keys.ingest, [heartbeat('n1'), heartbeat('n9')], 422, 'NODE_UNKNOWN', '/1/nodeId'],
      [keys.n1, [heartbeat('n1'), heartbeat('n2')], 403, 'NODE_FOREIGN', '/1/nodeId'],
      [keys.n1, [heartbeat('n1', { atUs: (served.clock.nowMs() + 60_000) * 1_000 })], 422, 'TIME_IN_FUTURE', '/0/atUs'],
      [keys.n1, [heartbeat('n1', { pop: 'no pop' })], 422, 'BODY_INVALID', '/0/pop'],
      [keys.deploy, [heartbeat('n1')], 403, 'PERMISSION_DENIED', '/0'],
      [keys.n1, [], 422, 'BODY_INVALID', '/'],
    ];
    for (const [key, body, status, code, pointer] of cases) {
      const answer = await postJson(NODES, key, body);
      expectProblem(answer, status, code);
      expect(answer.body['errors']).toMatchObject([{ pointer }]);
    }
    expect((await served.records('telemetry.nodes')).length).toBe(before);
  });

  it('a deploy system answers for any node', async () => {
    const { nodeId, agentBootId, atUs } = heartbeat('n2');
    const answer = {
      type: 'answer',
      nodeId,
      agentBootId,
      atUs,
      commandId: 'c1',
      generation: 1,
      status: 'done',
      detail: '',
    };
    expect(await postJson(NODES, keys.deploy, [answer])).toMatchObject({ status: 202 });
  });
});

describe('signals', () => {
  it('of a deploy name nodes of the inventory', async () => {
    expect(await postJson('/v1/signals', keys.deploy, deploy(['n1', 'n2']))).toMatchObject({ status: 202 });
    expectProblem(await postJson('/v1/signals', keys.deploy, deploy(['n1', 'n9'])), 422, 'NODE_UNKNOWN');
    expectProblem(await postJson('/v1/signals', keys.n1, deploy(['n1'])), 403, 'PERMISSION_DENIED');
    expectProblem(await postJson('/v1/signals', keys.deploy, { type: 'rumour' }), 422, 'BODY_INVALID');
    expect((await served.records('telemetry.signals')).map(({ key }) => key)).toEqual(['r1']);
  });

  it('R8: of another provider are taken from who may signal, with figures that can be', async () => {
    const spillover = {
      type: 'spillover',
      provider: 'route53',
      queriesPerSecond: 8_000,
      usualPerSecond: 2_000,
      atUs: 1,
    };
    const commander = await served.keyOf('incident_commander');
    expect(await postJson('/v1/signals', commander, spillover)).toMatchObject({ body: { signal: 'spillover' } });
    expectProblem(await postJson('/v1/signals', keys.n1, spillover), 403, 'PERMISSION_DENIED');
    expectProblem(await postJson('/v1/signals', commander, { ...spillover, usualPerSecond: 0 }), 422, 'BODY_INVALID');
    expect((await served.records('telemetry.signals')).at(-1)?.key).toBe('spillover');
  });
});

describe('every entrance of the gateway', () => {
  it('says what it needs', () => {
    expect(served.entrances.length).toBeGreaterThan(3);
    expect(served.entrances.filter(({ needs }) => needs === undefined)).toEqual([]);
  });
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTENT_TYPE, encodeProtobuf, HEADER, makeTag, OUTCOME, type OutcomeBatch, parseNodeKey } from '#contracts';
import { type EventLog, openEmbeddedLog } from '#event-log';
import { type Running, start, systemClock } from '#runtime';
import { databaseUrlOf, openTestDatabase, type TestDatabase, until } from '#testing';
import { ROLES } from './roles.js';

const ADMIN_KEY = `admin.${'a'.repeat(32)}`;

const batchOf = (nodeId: string, seq: number): OutcomeBatch => ({
  schema: 1,
  nodeId,
  agentBootId: '7',
  seq,
  serverBootId: '1',
  observerId: '',
  published: 0,
  pop: 'iad-1',
  region: 'us-east',
  ring: '',
  vantage: 0,
  softwareVersion: 'v1',
  configRev: 'c1',
  t0Us: systemClock.nowMs() * 1_000,
  n: 1,
  completeness: {
    observed: 1,
    sampledOut: 0,
    droppedAgent: 0,
    droppedSource: -1,
    serverQueries: -1,
    unpairedQueries: 0,
    orphanResponses: 0,
    malformed: 0,
  },
  zones: ['a.example'],
  dtUs: Uint32Array.of(0),
  zoneIx: Uint16Array.of(0),
  latencyUs: Uint32Array.of(10),
  outcome: Uint8Array.of(OUTCOME.answer),
  qtype: Uint16Array.of(1),
  rcode: Uint16Array.of(0),
  transport: Uint8Array.of(1),
  flags: Uint8Array.of(0),
  weight: undefined,
  zoneId: undefined,
  qnameLen: undefined,
});

describe('a server on a log that others can write to', () => {
  let test: TestDatabase;
  let running: Running;
  let broker: EventLog;
  beforeAll(async () => {
    test = await openTestDatabase();
    const DATA_DIR = mkdtempSync(join(tmpdir(), 'authentication-'));
    const environment = {
      DATABASE_URL: databaseUrlOf(test.connection),
      PORT: '0',
      DATA_DIR,
      ADMIN_KEY,
      LOG_LEVEL: 'silent',
      BATCH_AUTHENTICATION: 'required',
    };
    running = await start(ROLES, { environment, onFatal: () => undefined });
    broker = await openEmbeddedLog({ connection: () => test.connection });
  });
  afterAll(async () => {
    await broker.close();
    await running.stop();
    await test.close();
  });

  const call = async (
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
    key = ADMIN_KEY,
  ) => {
    const response = await fetch(new URL(path, running.url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, ...headers },
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };

  it('P8: counts what nodes tagged and what the gateway vouched for, and nothing that was slipped in', async () => {
    const nodes = ['n1', 'n2'].map((nodeId) => ({ nodeId, pop: 'iad-1', region: 'us-east' }));
    await call('/v1/nodes', { nodes });
    const { key: apiKey } = (await call('/v1/keys', { name: 'collector', role: 'ingest', comment: 'test' })).body as {
      key?: string;
    };
    const { key } = (await call('/v1/node-keys', { nodeId: 'n1', comment: 'test' })).body as { key?: string };
    const nodeKey = parseNodeKey(key ?? '')!;
    const tagged = (body: Uint8Array) => {
      const message = {
        topic: 'telemetry.outcomes',
        contentType: CONTENT_TYPE.protobuf,
        keyId: nodeKey.keyId,
        body,
      } as const;
      return { keyId: nodeKey.keyId, tag: makeTag(message, nodeKey.key) };
    };
    const post = (body: Uint8Array, headers = {}) =>
      call('/v1/telemetry/outcomes', body, { 'content-type': CONTENT_TYPE.protobuf, ...headers }, apiKey);
    const [first, second, third] = [1, 2, 3].map((seq) => encodeProtobuf(batchOf('n1', seq))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const { keyId, tag } = tagged(first);
    expect((await post(first, { 'x-tocsin-key-id': keyId, 'x-tocsin-tag': tag })).status).toBe(202);
    expect((await post(second)).status).toBe(202);
    // A node that writes to the broker itself, and strangers who do.
    const contentType = { [HEADER.contentType]: CONTENT_TYPE.protobuf };
    const own = tagged(third);
    const slipped = { key: 'n2', value: encodeProtobuf(batchOf('n2', 1)), headers: contentType };
    const forged = { ...slipped, headers: { ...contentType, [HEADER.keyId]: own.keyId, [HEADER.tag]: own.tag } };
    const deploy = {
      key: 'tickets',
      value: Buffer.from('{"type":"tickets","count":1,"atUs":1}'),
      headers: contentType,
    };
    await broker.append('telemetry.outcomes', [slipped, forged]);
    await broker.append('telemetry.signals', [deploy]);
    await broker.append('telemetry.outcomes', [
      { key: 'n1', value: third, headers: { ...contentType, [HEADER.keyId]: own.keyId, [HEADER.tag]: own.tag } },
    ]);
    const counted = async () =>
      (await call('/v1/nodes')).body['nodes'] as unknown as readonly Record<string, unknown>[];
    const n1 = await until('three batches count', async () =>
      (await counted()).find(({ nodeId, batches }) => nodeId === 'n1' && batches === 3),
    );
    expect(n1).toMatchObject({ counted: 3, duplicates: 0, rejected: 0, gap: 0 });
    const totals = await until('all three letters are kept', async () => {
      const { totals: found } = (await call('/v1/dead-letters')).body as { totals?: readonly { records: number }[] };
      return (found ?? []).reduce((sum, { records }) => sum + records, 0) === 3 && found;
    });
    expect(totals).toEqual(
      expect.arrayContaining([
        { reason: 'TAG_MISSING', records: 2 },
        { reason: 'NODE_FOREIGN', records: 1 },
      ]),
    );
    expect((await counted()).find(({ nodeId }) => nodeId === 'n2')).toMatchObject({
      counted: 0,
      rejected: 0,
      batches: 0,
    });
  });
});

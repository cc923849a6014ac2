import {
  checkTag,
  CONTENT_TYPE,
  encodeProtobuf,
  event,
  GATEWAY_KEY_ID,
  HEADER,
  makeTag,
  nodeKeyOf,
  nodeKeySecret,
  REPORT_CONTENT_TYPE,
  streamOf,
  type TaggedMessage,
} from '#contracts';
import type { LogRecord } from '#event-log';
import { TEST_FLEET_SECRET, until } from '#testing';
import { type Answer, batchOf, send, serveGateway, type ServedGateway } from './gateway.fixture.js';

type Topic = TaggedMessage['topic'];
const PATHS = { 'telemetry.outcomes': '/v1/telemetry/outcomes', 'telemetry.nodes': '/v1/telemetry/nodes' } as const;

/** What a sender makes: the tag of a key over these bytes. */
const tagHeaders = (topic: Topic, contentType: string, keyId: string, body: Uint8Array): Record<string, string> => {
  const key = nodeKeyOf(nodeKeySecret(TEST_FLEET_SECRET, keyId));
  return { 'x-tocsin-key-id': keyId, 'x-tocsin-tag': makeTag({ topic, contentType, keyId, body }, key) };
};

describe.each([true, false])('tags, demanded by readers: %s', (isTagRequired) => {
  let served: ServedGateway;
  let authorization: Record<'n1' | 'ingest' | 'deploy', string>;
  beforeAll(async () => {
    served = await serveGateway({ isTagRequired });
    authorization = {
      n1: await served.keyOf('node', 'n1'),
      ingest: await served.keyOf('ingest'),
      deploy: await served.keyOf('deploy'),
    };
    await tell('n1', 0, event('NodeKeyIssued', { keyId: 'n1.1', nodeId: 'n1', at: 0 }));
    await tell('n2', 0, event('NodeKeyIssued', { keyId: 'n2.1', nodeId: 'n2', at: 0 }));
  });
  afterAll(() => served.stop());

  const tell = (nodeId: string, expectedVersion: number, told: ReturnType<typeof event>) =>
    served.parts.eventStore.append([{ stream: streamOf.nodeKeys(nodeId), expectedVersion, events: [told] }], {
      actor: 'test',
      cause: 'test',
    });
  const batch = (seq: number, nodeId = 'n1') => encodeProtobuf(batchOf(served.clock, { seq, nodeId }));
  const post = (
    topic: keyof typeof PATHS,
    contentType: string,
    body: Uint8Array,
    headers: Record<string, string>,
    as: keyof typeof authorization = 'n1',
  ): Promise<Answer> =>
    send(
      served.url,
      'POST',
      PATHS[topic],
      { authorization: authorization[as], 'content-type': contentType, ...headers },
      body,
    );
  const postBatch = (body: Uint8Array, headers: Record<string, string>, as: keyof typeof authorization = 'n1') =>
    post('telemetry.outcomes', CONTENT_TYPE.protobuf, body, headers, as);
  const batchTag = (keyId: string, body: Uint8Array) =>
    tagHeaders('telemetry.outcomes', CONTENT_TYPE.protobuf, keyId, body);
  const last = async (topic: Topic): Promise<LogRecord> =>
    (await served.records(topic)).toSorted((a, b) => a.appendedAtMs - b.appendedAtMs).at(-1)!;
  /** What a reader finds of the tag of a record. */
  const found = (topic: Topic, { headers, value: body, appendedAtMs }: LogRecord, nodeId: string | undefined) => {
    const { [HEADER.keyId]: keyId = '', [HEADER.tag]: tag, [HEADER.contentType]: contentType = '' } = headers;
    if (tag === undefined) return 'none';
    const message = { topic, contentType, keyId, body };
    return checkTag(message, tag, nodeId, served.parts.nodeKeys.find, appendedAtMs)?.refused ?? keyId;
  };

  it('P8: of a node is verified and handed on, also when a collector brings it', async () => {
    for (const [seq, as] of [
      [1, 'n1'],
      [2, 'ingest'],
    ] as const) {
      const body = batch(seq);
      expect(await postBatch(body, batchTag('n1.1', body), as)).toMatchObject({ status: 202, body: { seq } });
      expect(found('telemetry.outcomes', await last('telemetry.outcomes'), 'n1')).toBe('n1.1');
    }
  });

  it('P8: what comes without one is vouched for where readers demand it', async () => {
    const vouched = isTagRequired ? GATEWAY_KEY_ID : 'none';
    expect(await postBatch(batch(3), {})).toMatchObject({ status: 202 });
    const record = await last('telemetry.outcomes');
    expect(found('telemetry.outcomes', record, 'n1')).toBe(vouched);
    expect(record.headers[HEADER.sender]).toMatch(/^node-/);
    const crash = { type: 'crash', nodeId: 'n1', agentBootId: '7', atUs: 1, serverBootId: '1', detail: '' };
    const reports = Buffer.from(JSON.stringify([crash]));
    expect(await post('telemetry.nodes', 'application/json', reports, {})).toMatchObject({ status: 202 });
    expect(found('telemetry.nodes', await last('telemetry.nodes'), 'n1')).toBe(vouched);
    const signal = JSON.stringify({ type: 'tickets', count: 1, atUs: 1 });
    const asDeploy = { authorization: authorization.deploy, 'content-type': 'application/json' };
    expect(await send(served.url, 'POST', '/v1/signals', asDeploy, signal)).toMatchObject({ status: 202 });
    expect(found('telemetry.signals', await last('telemetry.signals'), undefined)).toBe(vouched);
  });

  it('P8: of a report is over the report as it was sent, alone', async () => {
    const body = Buffer.from(
      JSON.stringify({
        later: 'a field of tomorrow',
        serverBootId: '1',
        detail: '',
        type: 'crash',
        nodeId: 'n1',
        agentBootId: '7',
        atUs: 1,
      }),
    );
    const headers = tagHeaders('telemetry.nodes', REPORT_CONTENT_TYPE, 'n1.1', body);
    expect(await post('telemetry.nodes', REPORT_CONTENT_TYPE, body, headers)).toMatchObject({
      status: 202,
      body: { reports: 1 },
    });
    const record = await last('telemetry.nodes');
    expect(Buffer.from(record.value).equals(body)).toBe(true);
    expect(found('telemetry.nodes', record, 'n1')).toBe('n1.1');
    expect(await post('telemetry.nodes', 'application/json', Buffer.from(`[${String(body)}]`), headers)).toMatchObject({
      status: 401,
      body: { code: 'TAG_INVALID' },
    });
    expect(await post('telemetry.nodes', REPORT_CONTENT_TYPE, Buffer.from('{'), headers)).toMatchObject({
      status: 400,
    });
    expect(await post('telemetry.nodes', REPORT_CONTENT_TYPE, Buffer.from('{}'), headers)).toMatchObject({
      status: 422,
    });
  });

  it('P8: that is wrong is refused by name, and nothing of it reaches the log', async () => {
    const before = (await served.records('telemetry.outcomes')).length;
    const body = batch(4);
    const honest = batchTag('n1.1', body);
    const cases: readonly (readonly [Uint8Array, Record<string, string>, number, string])[] = [
      [batch(5), honest, 401, 'TAG_INVALID'],
      [body, { ...honest, 'x-tocsin-tag': '' }, 401, 'TAG_INVALID'],
      [body, { 'x-tocsin-tag': honest['x-tocsin-tag'] ?? '' }, 401, 'TAG_INVALID'],
      [body, { 'x-tocsin-key-id': 'n1.1' }, 401, 'TAG_INVALID'],
      [body, tagHeaders('telemetry.nodes', CONTENT_TYPE.protobuf, 'n1.1', body), 401, 'TAG_INVALID'],
      [body, batchTag('n1.9', body), 401, 'NODE_KEY_UNKNOWN'],
      [body, batchTag('n2.1', body), 403, 'NODE_FOREIGN'],
      // Not even whoever knows the gateway's own key comes in with it.
      [body, batchTag(GATEWAY_KEY_ID, body), 401, 'NODE_KEY_UNKNOWN'],
    ];
    for (const [bytes, headers, status, code] of cases)
      expect(await postBatch(bytes, headers)).toMatchObject({ status, body: { code } });
    expect((await served.records('telemetry.outcomes')).length).toBe(before);
  });

  it('P8: of a fresh key is taken at once, of a revoked one no more as soon as that is known', async () => {
    await tell('n1', 1, event('NodeKeyIssued', { keyId: 'n1.2', nodeId: 'n1', at: 0 }));
    const body = batch(6);
    expect(await postBatch(body, batchTag('n1.2', body))).toMatchObject({ status: 202 });
    const effectiveAt = Number.MAX_SAFE_INTEGER;
    await tell('n1', 2, event('NodeKeyRevoked', { keyId: 'n1.1', effectiveAt }));
    await served.parts.nodeKeys.refresh();
    const other = batch(7);
    // Readers of the log do not refuse it yet.
    expect(await postBatch(other, batchTag('n1.1', other))).toMatchObject({
      status: 401,
      body: { code: 'NODE_KEY_REVOKED' },
    });
    expect(await postBatch(other, batchTag('n1.2', other))).toMatchObject({ status: 202 });
    await until('it is in the log', async () => (await last('telemetry.outcomes')).headers[HEADER.keyId] === 'n1.2');
  });
});

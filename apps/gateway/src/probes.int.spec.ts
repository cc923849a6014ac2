import { CONTENT_TYPE, encodeProtobuf, GATEWAY_KEY_ID, HEADER, type OutcomeBatch, VANTAGE } from '#contracts';
import { batchOf, send, type ServedGateway, serveGateway } from './gateway.fixture.js';

describe('probes', () => {
  let served: ServedGateway;
  let keys: Record<'prober' | 'ingest' | 'admin', string>;
  beforeAll(async () => {
    served = await serveGateway();
    const [prober, ingest, admin] = [served.keyOf('prober'), served.keyOf('ingest'), served.keyOf('admin')];
    keys = { prober: await prober, ingest: await ingest, admin: await admin };
  });
  afterAll(() => served.stop());

  const post = (authorization: string, changes: Partial<OutcomeBatch> = {}, path = '/v1/telemetry/probes') => {
    const batch = batchOf(served.clock, { vantage: VANTAGE.probe, observerId: 'p1', ...changes });
    const headers = { authorization, 'content-type': CONTENT_TYPE.protobuf };
    return send(served.url, 'POST', path, headers, encodeProtobuf(batch));
  };

  it('R59: are taken of any node of the inventory and of any resolver, each under its own key', async () => {
    for (const nodeId of ['n1', 'n2', 'resolver:quad'])
      expect((await post(keys.prober, { nodeId })).body).toEqual({ nodeId, agentBootId: '7', seq: 1, outcomes: 3 });
    const records = await served.records('telemetry.probes');
    expect(records.map(({ key }) => key)).toEqual(['n1', 'n2', 'resolver:quad']);
    expect(records[0]!.headers[HEADER.contentType]).toBe(CONTENT_TYPE.protobuf);
    expect(await served.records('telemetry.outcomes')).toEqual([]);
  });

  it.each([
    ['a node that is not in the inventory', { nodeId: 'n9' }, 'NODE_UNKNOWN'],
    ['a resolver without a name', { nodeId: 'resolver:' }, 'NODE_UNKNOWN'],
    ['what nobody saw', { observerId: '' }, 'BODY_INVALID'],
    ['what a server says of itself', { vantage: VANTAGE.server }, 'BODY_INVALID'],
  ])('R59: %s is refused', async (_what, changes, code) => {
    const before = (await served.records('telemetry.probes')).length;
    expect((await post(keys.prober, changes)).body).toMatchObject({ status: 422, code });
    expect((await served.records('telemetry.probes')).length).toBe(before);
  });

  it('R59: are vouched for by the gateway where readers of the log demand a tag', async () => {
    const strict = await serveGateway({ isTagRequired: true });
    const batch = batchOf(strict.clock, { vantage: VANTAGE.probe, observerId: 'p1' });
    const headers = { authorization: await strict.keyOf('prober'), 'content-type': CONTENT_TYPE.protobuf };
    expect((await send(strict.url, 'POST', '/v1/telemetry/probes', headers, encodeProtobuf(batch))).status).toBe(202);
    const [record] = await strict.records('telemetry.probes');
    expect(record?.headers[HEADER.keyId]).toBe(GATEWAY_KEY_ID);
    await strict.stop();
  });

  it('R59: are the business of probers alone, and probers have no other', async () => {
    for (const key of [keys.ingest, keys.admin]) expect((await post(key)).status).toBe(403);
    expect((await post(keys.prober, { vantage: VANTAGE.server }, '/v1/telemetry/outcomes')).status).toBe(403);
  });
});

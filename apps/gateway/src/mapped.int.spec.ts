import { CONTENT_TYPE, decoderFor, event, HEADER, isRefusal, OUTCOME, streamOf } from '#contracts';
import { until } from '#testing';
import { type Answer, send, serveGateway, type ServedGateway } from './gateway.fixture.js';

const NDJSON = { 'content-type': CONTENT_TYPE.ndjson };
let served: ServedGateway;
let key: string;

const dnsCollector = (name: string, rcode: string, changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    'dns.qname': name,
    'dns.qtype': 'A',
    'dns.rcode': rcode,
    'dns.ancount': rcode === 'NOERROR' ? 1 : 0,
    'dnstap.operation': 'CLIENT_RESPONSE',
    'dnstap.identity': 'n1',
    'dnstap.latency': 0.000_25,
    'dnstap.timestamp-rfc3339ns': new Date(served.clock.nowMs()).toISOString(),
    'network.protocol': 'UDP',
    ...changes,
  });

const post = (
  body: string,
  query = 'mapping=dns-collector',
  headers: Record<string, string> = NDJSON,
): Promise<Answer> =>
  send(served.url, 'POST', `/v1/telemetry/outcomes?${query}`, { authorization: key, ...headers }, body);

const batches = async () => {
  const records = await served.records('telemetry.outcomes');
  return records.map(({ headers, value }) => {
    const batch = decoderFor(headers[HEADER.contentType] ?? '')?.decode(value);
    if (batch === undefined || isRefusal(batch)) throw new Error('not a batch');
    return batch;
  });
};

describe('the door for records of other producers', () => {
  beforeAll(async () => {
    served = await serveGateway();
    key = await served.keyOf('ingest');
    const customers = [
      { customerId: 'delta', name: 'Delta', tier: 'tier1' as const, critical: false, zones: ['delta.example'] },
    ];
    const append = {
      stream: streamOf.catalogue,
      expectedVersion: 1,
      events: [event('CustomersRegistered', { customers })],
    };
    await served.parts.eventStore.append([append], { actor: 'test', cause: 'test' });
    await served.parts.catalogue.refresh();
  });
  afterAll(() => served.stop());

  it('makes batches of a boot of its own, without a gap, and puts names into the zones of customers', async () => {
    const lines = [dnsCollector('WWW.Delta.example.', 'NOERROR'), dnsCollector('x.delta.example', 'SERVFAIL')];
    expect(await post(lines.join('\n'), 'mapping=dns-collector&software_version=v2.1.5&config_rev=c42')).toMatchObject({
      status: 202,
      body: { accepted: 2, skipped: 0, rejected: 0, reasons: [] },
    });
    expect(await post(dnsCollector('x.delta.example', 'REFUSED'))).toMatchObject({ status: 202 });
    const [first, second] = await batches();
    expect(first).toMatchObject({
      nodeId: 'n1',
      pop: 'iad-1',
      softwareVersion: 'v2.1.5',
      configRev: 'c42',
      seq: 1,
      n: 2,
    });
    expect([...(first?.outcome ?? [])]).toEqual([OUTCOME.answer, OUTCOME.servfail]);
    expect(first?.zones).toEqual(['delta.example']);
    expect([...(first?.latencyUs ?? [])]).toEqual([250, 250]);
    expect(second).toMatchObject({ agentBootId: first?.agentBootId, seq: 2, published: 3, softwareVersion: 'unknown' });
    expect([...(second?.outcome ?? [])]).toEqual([OUTCOME.lame]);
  });

  it('counts a request once that comes again with the same bytes', async () => {
    const before = (await batches()).length;
    const body = dnsCollector('again.delta.example', 'NOERROR');
    const answers = await Promise.all([post(body), post(body)]);
    expect([...answers, await post(body)].map(({ status, body: told }) => [status, told['accepted']])).toEqual(
      Array.from({ length: 3 }, () => [202, 1]),
    );
    expect(await batches()).toHaveLength(before + 1);
  });

  it('takes what can be read, and keeps the rest with line and field', async () => {
    const before = (await served.records('telemetry.dead-letter')).length;
    const good = dnsCollector('ok.delta.example', 'NOERROR');
    const lines = [
      good,
      '{"dns',
      dnsCollector('a', 'NOERROR', { 'dnstap.operation': 'CLIENT_QUERY' }),
      dnsCollector('b.example', 'WAT'),
    ];
    const answer = await post(`${lines.join('\n')}\n\n`);
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1, skipped: 1, rejected: 2 } });
    expect(answer.body['reasons']).toMatchObject([
      { line: 2, code: 'BODY_UNPARSABLE' },
      { line: 4, code: 'BODY_INVALID', detail: 'rcode (dns.rcode): "WAT": expected an rcode' },
    ]);
    const letters = await until('both are kept', async () => {
      const found = await served.records('telemetry.dead-letter');
      return found.length === before + 2 && found.slice(before);
    });
    expect(letters.map(({ headers }) => headers[HEADER.detail])).toEqual([
      expect.stringMatching(/^line 2: /),
      'line 4: rcode (dns.rcode): "WAT": expected an rcode',
    ]);
  });

  it('says so when nothing fits: the mapping, the node, the query or the content type is wrong', async () => {
    const good = dnsCollector('www.delta.example', 'NOERROR');
    const refusals: readonly (readonly [Promise<Answer>, number, string])[] = [
      [post(good, 'mapping=no-such'), 400, 'QUERY_INVALID'],
      [post(good, 'mapping=dns-collector&node=%20'), 400, 'QUERY_INVALID'],
      [post(good, 'mapping=dns-collector&node=n9'), 422, 'NODE_UNKNOWN'],
      [post(dnsCollector('www.delta.example', 'NOERROR', { 'dns.qname': 7 })), 422, 'BODY_INVALID'],
      [post(good, 'mapping=dns-collector', { 'content-type': 'text/csv' }), 415, 'CONTENT_TYPE_UNKNOWN'],
    ];
    for (const [answer, status, code] of refusals) expect(await answer).toMatchObject({ status, body: { code } });
    const foreign = await served.keyOf('node', 'n2');
    expect(
      await send(
        served.url,
        'POST',
        '/v1/telemetry/outcomes?mapping=dns-collector&node=n1',
        { authorization: foreign, ...NDJSON },
        good,
      ),
    ).toMatchObject({ status: 403, body: { code: 'NODE_FOREIGN' } });
  });

  it('takes one JSON array or object as well, as a webhook sends it', async () => {
    const json = { 'content-type': 'application/json' };
    const records = [dnsCollector('a.delta.example', 'NOERROR'), dnsCollector('b.delta.example', 'NXDOMAIN')];
    expect(await post(`[${records.join(',')}]`, 'mapping=dns-collector', json)).toMatchObject({
      body: { accepted: 2 },
    });
    expect(await post(records[0] ?? '', 'mapping=dns-collector', json)).toMatchObject({ body: { accepted: 1 } });
  });
});

describe('the door for records of other producers, where the log is open to others', () => {
  it('tags what it makes, since nobody else did', async () => {
    const strict = await serveGateway({ isTagRequired: true });
    try {
      served = strict;
      key = await strict.keyOf('node', 'n2');
      const line = dnsCollector('www.delta.example', 'NOERROR', { 'dnstap.identity': undefined });
      expect(await post(line)).toMatchObject({ status: 202, body: { accepted: 1 } });
      const [record] = await strict.records('telemetry.outcomes');
      expect(record?.key).toBe('n2');
      expect(record?.headers[HEADER.tag]).toMatch(/^[\w-]{40,}$/);
    } finally {
      await strict.stop();
    }
  });
});

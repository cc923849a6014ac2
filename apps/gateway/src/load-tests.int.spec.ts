import { CONTENT_TYPE, encodeJsonColumns, encodeNdjson, PROBLEMS } from '#contracts';
import { type Answer, batchOf, send, serveGateway, type ServedGateway } from './gateway.fixture.js';

/** What load testers of the study send: R63 (a). */
const FAMILIES = ['normal', 'malformed', 'oversized', 'high frequency', 'edge-case names'] as const;
const MAPPED = '/v1/telemetry/outcomes?mapping=dns-collector&node=n1';
const OUTCOMES = '/v1/telemetry/outcomes';
const NAMES = [
  'xn--bcher-kva.delta.example',
  'bücher.delta.example',
  '4.3.2.1.in-addr.arpa',
  '1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  '\\000\\255.delta.example',
  '*.delta.example',
  '.',
  'a..b',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(126)}delta.example`,
  'x'.repeat(5_000),
  '',
];

let served: ServedGateway;
let key: string;
beforeAll(async () => {
  served = await serveGateway();
  key = await served.keyOf('node', 'n1');
});
afterAll(() => served.stop());

const post = (path: string, contentType: string, body: Uint8Array | string): Promise<Answer> =>
  send(served.url, 'POST', path, { authorization: key, 'content-type': contentType }, body);
const line = (name: unknown, changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    'dns.qname': name,
    'dns.qtype': 'A',
    'dns.rcode': 'NOERROR',
    'dnstap.operation': 'AUTH_RESPONSE',
    'dnstap.timestamp-rfc3339ns': new Date(served.clock.nowMs()).toISOString(),
    ...changes,
  });
const mapped = (body: string): Promise<Answer> => post(MAPPED, CONTENT_TYPE.ndjson, body);
let seq = 0;
const batch = (zone = 'delta.example') => batchOf(served.clock, { seq: (seq += 1), zones: [zone] });
const columns = (zone?: string): Promise<Answer> =>
  post(OUTCOMES, CONTENT_TYPE.jsonColumns, encodeJsonColumns(batch(zone)));
const rows = (zone?: string): Promise<Answer> => post(OUTCOMES, CONTENT_TYPE.ndjson, encodeNdjson(batch(zone)));

/** The requests of each family, through all three doors: JSON columns, NDJSON rows, records of another producer. */
const requests: Readonly<Record<(typeof FAMILIES)[number], () => readonly Promise<Answer>[]>> = {
  normal: () => [columns(), rows(), mapped(line('www.delta.example'))],
  malformed: () => [
    post(OUTCOMES, CONTENT_TYPE.jsonColumns, '{"schema":1,'),
    post(OUTCOMES, CONTENT_TYPE.ndjson, 'not json\nat all'),
    post(OUTCOMES, CONTENT_TYPE.ndjson, Uint8Array.of(0xff, 0xfe, 0x0a)),
    mapped('{"dns.qname":'),
    mapped('[[[['),
    mapped('[1,null,"x",[],{}]'),
    mapped('['.repeat(100_000) + ']'.repeat(100_000)),
    mapped(line('a.example', { 'dns.rcode': { deep: [] } })),
    post(MAPPED, CONTENT_TYPE.ndjson, Uint8Array.of(0xc3, 0x28)),
    post(MAPPED, 'application/json', '{"__proto__":{"dns.qname":"x"}}'),
  ],
  oversized: () => [
    columns('x'.repeat(300_000)),
    rows('x'.repeat(256)),
    mapped(line('x'.repeat(70_000))),
    mapped('{}\n'.repeat(70_000)),
    mapped(`[${'1,'.repeat(70_000)}1]`),
    mapped('x'.repeat(1_100_000)),
  ],
  'high frequency': () => [
    ...Array.from({ length: 40 }, (_unused, index) => mapped(line(`burst-${index}.delta.example`))),
    ...Array.from({ length: 40 }, () => rows()),
    mapped(Array.from({ length: 3_000 }, (_unused, index) => line(`q${index}.delta.example`)).join('\n')),
  ],
  'edge-case names': () => [
    ...NAMES.map((name) => mapped(line(name))),
    ...NAMES.map((name) => columns(name)),
    ...NAMES.map((name) => rows(name)),
  ],
};

describe('load testers', () => {
  it.each(FAMILIES)('R63: %s over HTTP is accepted, or refused with a named reason', async (family) => {
    const answers = await Promise.all(requests[family]());
    const unnamed = answers.filter(
      ({ status, body }) => status !== 202 && PROBLEMS[body['code'] as keyof typeof PROBLEMS]?.status !== status,
    );
    expect(unnamed).toEqual([]);
    const accepted = answers.filter(({ status }) => status === 202).length;
    // Of the names, nine are names of DNS, and eight can be a zone.
    const all = { normal: 3, malformed: 0, oversized: 0, 'high frequency': 81, 'edge-case names': 25 }[family];
    expect(accepted).toBe(all);
    expect(accepted + answers.filter(({ status }) => status >= 400 && status < 500).length).toBe(answers.length);
  });

  it('R63: edge-case names over HTTP spoil no other line of their request', async () => {
    const { status, body } = await mapped([line('www.delta.example'), ...NAMES.map((name) => line(name))].join('\n'));
    expect({ status, ...body }).toMatchObject({ status: 202, accepted: 10, rejected: 3 });
    expect(
      (body['reasons'] as readonly { detail: string }[]).map(({ detail }) =>
        detail.replace(/^.*: expected/, 'expected'),
      ),
    ).toEqual([
      'expected a name, and this has or is an empty label',
      'expected a name, and this has or is a label over 63 octets',
      'expected a name, and this has or is too long',
    ]);
  });
});

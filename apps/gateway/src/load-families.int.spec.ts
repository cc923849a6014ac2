import { CONTENT_TYPE, encodeJsonColumns, encodeProtobuf, PROBLEMS, VANTAGE } from '#contracts';
import { PROBE_FAMILIES, type ProbedTarget, probeOf, QTYPE } from '#domain';
import { type Answer, batchOf, send, type ServedGateway, serveGateway } from './gateway.fixture.js';

const target: ProbedTarget = {
  names: [{ name: 'www.delta.test', zone: 'delta.test', qtype: QTYPE.A, expect: { rcodes: [0], minAnswers: 1 } }],
  unicodeLabel: 'xn--unicode-domain--crb',
  isResolver: false,
};
/** The study's five loads as names of zones, and whether a batch may name them. */
const NAMES: readonly (readonly [string, string, boolean])[] = [
  ['normal', 'delta.test', true],
  ['malformed', 'delta\u0000test', false],
  ['oversized', `${'a'.repeat(300)}.example.com`, false],
  ['high frequency', 'delta.test', true],
  ['edge case: a long name', `${'very-long-subdomain'.repeat(20)}.example.com`, false],
  ['edge case: Unicode', 'xn--unicode-domain--crb.example.com', true],
  ['edge case: an address', '192.168.1.1.in-addr.arpa', true],
];

describe('the gateway under the five loads', () => {
  let served: ServedGateway;
  let keys: Record<'ingest' | 'prober', string>;
  beforeAll(async () => {
    served = await serveGateway();
    keys = { ingest: await served.keyOf('ingest'), prober: await served.keyOf('prober') };
  });
  afterAll(() => served.stop());

  const post = (path: string, authorization: string, contentType: string, body: Uint8Array | string): Promise<Answer> =>
    send(served.url, 'POST', path, { authorization, 'content-type': contentType }, body);
  const batch = (zone: string, changes = {}) => batchOf(served.clock, { zones: [zone], ...changes });
  const isNamed = ({ status, body }: Answer): boolean =>
    status >= 400 && status < 500 && Object.hasOwn(PROBLEMS, String(body['code']));
  /** After whatever came before, it still takes what is good. */
  const takesGood = async (seq: number): Promise<void> => {
    const answer = await post(
      '/v1/telemetry/outcomes',
      keys.ingest,
      CONTENT_TYPE.protobuf,
      encodeProtobuf(batch('delta.test', { seq })),
    );
    expect(answer.status).toBe(202);
  };

  it.each(PROBE_FAMILIES.map((family, index) => [family, index] as const))(
    'R63: packets of %s are no batch in any encoding, and each is refused with a reason',
    async (family, index) => {
      for (const contentType of Object.values(CONTENT_TYPE))
        for (let n = 0; n < 23; n += 1) {
          const packet = probeOf(family, n, target).packet(n + 1);
          const answer = await post('/v1/telemetry/outcomes', keys.ingest, contentType, packet);
          expect([contentType, n, answer.status, isNamed(answer)]).toEqual([contentType, n, answer.status, true]);
        }
      await takesGood(1_000 + index);
    },
  );

  it.each(NAMES)('R63: batches about %s names are taken or refused with a reason', async (what, zone, isTaken) => {
    const times = what === 'high frequency' ? 100 : 1;
    const answers = await Promise.all(
      Array.from({ length: times }, (_unused, n) => {
        const probes = batch(zone, { seq: n + 1, vantage: VANTAGE.probe, observerId: 'p1' });
        return Promise.all([
          post(
            '/v1/telemetry/outcomes',
            keys.ingest,
            CONTENT_TYPE.protobuf,
            encodeProtobuf(batch(zone, { seq: n + 1 })),
          ),
          post(
            '/v1/telemetry/outcomes',
            keys.ingest,
            CONTENT_TYPE.jsonColumns,
            encodeJsonColumns(batch(zone, { seq: n + 1 })),
          ),
          post('/v1/telemetry/probes', keys.prober, CONTENT_TYPE.protobuf, encodeProtobuf(probes)),
        ]);
      }),
    );
    const wrong = answers.flat().filter((answer) => !(isTaken ? answer.status === 202 : isNamed(answer)));
    expect(wrong).toEqual([]);
  });
});

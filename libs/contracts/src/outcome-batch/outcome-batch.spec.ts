import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { BATCH_BYTES_MAX, type OutcomeBatch } from '../outcome.js';
import { isRefusal, type Refusal } from '../problem.js';
import { anyBatch, PLAIN_BATCH } from './batch.fixture.js';
import { CONTENT_TYPE, decoderFor, encodeJsonColumns, encodeNdjson, encodeProtobuf, refuseFuture } from './index.js';

const ENCODE = {
  [CONTENT_TYPE.protobuf]: encodeProtobuf,
  [CONTENT_TYPE.jsonColumns]: encodeJsonColumns,
  [CONTENT_TYPE.ndjson]: encodeNdjson,
};
const TYPES = Object.values(CONTENT_TYPE);

const decode = (contentType: string, bytes: Uint8Array): OutcomeBatch | Refusal => {
  const decoder = decoderFor(contentType);
  if (decoder === undefined) throw new Error(`no decoder for ${contentType}`);
  return decoder.decode(bytes);
};
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (body: unknown): Uint8Array => utf8(JSON.stringify(body));
const plainJson = (): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(encodeJsonColumns(PLAIN_BATCH))) as Record<string, unknown>;
const decodePlain = (changes: Record<string, unknown>) =>
  decode(CONTENT_TYPE.jsonColumns, json({ ...plainJson(), ...changes }));

/** The dictionary is an encoding matter: rows bring only the zones they use. */
const byName = (batch: OutcomeBatch | Refusal) => {
  if (isRefusal(batch)) return batch;
  const { zones, zoneIx, ...rest } = batch;
  return { ...rest, named: Array.from(zoneIx, (index) => zones[index]) };
};

const PROTO = new URL('../../../../../libs/contracts/proto/outcome_batch.proto', import.meta.url);
const oracle = protobuf
  .parse(readFileSync(PROTO, 'utf8'), { keepCase: true })
  .root.lookupType('tocsin.v1.OutcomeBatch');

describe('encodings of a batch', () => {
  it.each(TYPES)('%s: what is encoded is decoded', (contentType) => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const decoded = decode(contentType, ENCODE[contentType](batch));
        const meaning = contentType === CONTENT_TYPE.ndjson ? byName : (same: OutcomeBatch | Refusal) => same;
        expect(meaning(decoded)).toEqual(meaning(batch));
      }),
    );
  });

  it('reads columns at any offset of a larger buffer', () => {
    const bytes = encodeProtobuf(PLAIN_BATCH);
    for (let offset = 0; offset < 8; offset += 1) {
      const large = new Uint8Array(bytes.length + 8);
      large.set(bytes, offset);
      expect(decode(CONTENT_TYPE.protobuf, large.subarray(offset, offset + bytes.length))).toEqual(PLAIN_BATCH);
    }
  });

  it('reads columns at any offset of a Buffer', () => {
    const bytes = encodeProtobuf(PLAIN_BATCH);
    for (let offset = 0; offset < 8; offset += 1) {
      const larger = Buffer.alloc(bytes.length + 8, 0xff);
      larger.set(bytes, offset);
      const view = larger.subarray(offset, offset + bytes.length);
      expect(decode(CONTENT_TYPE.protobuf, view)).toEqual(PLAIN_BATCH);
    }
  });

  it('a batch stays what it is, whatever is decoded after it', () => {
    const batches = fc.sample(anyBatch, { numRuns: 300, seed: 1 });
    for (const contentType of TYPES) {
      const decoded = batches.map((batch) => decode(contentType, ENCODE[contentType](batch)));
      const meaning = contentType === CONTENT_TYPE.ndjson ? byName : (same: OutcomeBatch | Refusal) => same;
      expect(decoded.map((one) => meaning(one))).toEqual(batches.map((one) => meaning(one)));
    }
  });

  it('finds the decoder whatever the parameters, and none for others', () => {
    expect(decoderFor('Application/X-NDJSON; charset=utf-8')?.contentType).toBe(CONTENT_TYPE.ndjson);
    expect(decoderFor('application/json')).toBeUndefined();
    expect(decoderFor('')).toBeUndefined();
  });
});

describe('protobufjs as oracle', () => {
  it('reads what we write', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const read = oracle.toObject(oracle.decode(encodeProtobuf(batch)), { longs: String, defaults: true });
        expect(read).toMatchObject({
          node_id: batch.nodeId,
          agent_boot_id: batch.agentBootId,
          seq: String(batch.seq),
          t0_us: String(batch.t0Us),
          zones: batch.zones,
          n: batch.n,
          completeness: { dropped_source: String(batch.completeness.droppedSource) },
        });
        const oracleColumn = Uint8Array.from(read['dt_us'] as Uint8Array);
        expect(new Uint32Array(oracleColumn.buffer)).toEqual(batch.dtUs);
      }),
    );
  });

  it('writes what we read, also with fields we do not know', () => {
    fc.assert(
      fc.property(anyBatch, fc.uint8Array({ maxLength: 20 }), (batch, unknown) => {
        const rewritten = oracle.encode(oracle.decode(encodeProtobuf(batch))).finish();
        const more = protobuf.Writer.create()
          .uint32((100 << 3) | 2)
          .bytes(unknown);
        more
          .uint32((101 << 3) | 0)
          .uint64(7)
          .uint32((102 << 3) | 5)
          .fixed32(7)
          .uint32((103 << 3) | 1)
          .fixed64(7);
        expect(decode(CONTENT_TYPE.protobuf, Uint8Array.from([...rewritten, ...more.finish()]))).toEqual(batch);
      }),
    );
  });
});

describe('hostile bytes', () => {
  /** True, or the decoder threw or gave something inconsistent. */
  const isSound = (contentType: string, bytes: Uint8Array): boolean => {
    const decoded = decode(contentType, bytes);
    if (isRefusal(decoded)) return true;
    return decoded.dtUs.length === decoded.n && decoded.zoneIx.every((index) => index < decoded.zones.length);
  };

  it.each(TYPES)('%s: random bytes are refused, never thrown at', (contentType) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expect(isSound(contentType, bytes)).toBe(true)),
    );
  });

  it.each(TYPES)('%s: a damaged batch is refused or still valid', (contentType) => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyBatch, damage, fc.nat(), (batch, changes, cut) => {
        const bytes = ENCODE[contentType](batch);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        expect(isSound(contentType, bytes)).toBe(true);
        expect(isSound(contentType, bytes.subarray(0, cut % bytes.length))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('any JSON value is refused or valid', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(plainJson())), (value, field) => {
        expect(isSound(CONTENT_TYPE.jsonColumns, json(value))).toBe(true);
        expect(isSound(CONTENT_TYPE.jsonColumns, json({ ...plainJson(), [field]: value }))).toBe(true);
        expect(isSound(CONTENT_TYPE.ndjson, utf8(`${JSON.stringify(plainJson())}\n${JSON.stringify(value)}`))).toBe(
          true,
        );
      }),
    );
  });

  it('depth does not matter', () => {
    expect(isSound(CONTENT_TYPE.jsonColumns, utf8('[{"a":'.repeat(40_000)))).toBe(true);
    expect(isSound(CONTENT_TYPE.jsonColumns, utf8('['.repeat(100_000) + ']'.repeat(100_000)))).toBe(true);
  });

  it('a flipped bit in a column does not pass the checksum', () => {
    const bytes = encodeProtobuf(PLAIN_BATCH);
    const at = bytes.indexOf(0xb0, 100);
    bytes[at] = 0xb1;
    expect(decode(CONTENT_TYPE.protobuf, bytes)).toMatchObject({ refused: 'CHECKSUM', at: '/columns_crc32' });
  });
});

describe('refusals name the place', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, Partial<Refusal>])[] = [
    ['an index beyond the dictionary', { zone_ix: [0, 2, 0] }, { refused: 'COLUMN_VALUE', at: 'column zone_ix' }],
    ['an unknown outcome', { outcome: [0, 5, 0] }, { refused: 'COLUMN_VALUE', at: 'column outcome' }],
    ['an rcode of 13 bits', { rcode: [0, 4096, 0] }, { refused: 'COLUMN_VALUE', at: 'column rcode' }],
    ['weight 0', { weight: [1, 0, 1] }, { refused: 'COLUMN_VALUE', at: 'column weight' }],
    ['a huge weight', { weight: [1, 10_001, 1] }, { refused: 'COLUMN_VALUE', at: 'column weight' }],
    ['a short column', { qtype: [1] }, { refused: 'COLUMN_LENGTH', at: 'column qtype' }],
    ['another n', { n: 4 }, { refused: 'COLUMN_LENGTH', at: 'column dt_us' }],
    ['a missing column', { flags: undefined }, { refused: 'BODY_INVALID', at: 'column flags' }],
    ['a fraction', { dt_us: [0, 0.5, 1] }, { refused: 'COLUMN_VALUE', at: 'column dt_us' }],
    ['33 bits', { dt_us: [0, 2 ** 32, 1] }, { refused: 'COLUMN_VALUE', at: 'column dt_us' }],
    ['null where there is no none', { qtype: [1, null, 1] }, { refused: 'COLUMN_VALUE', at: 'column qtype' }],
    ['upper case in a zone', { zones: ['Bank.example', 'b'] }, { refused: 'COLUMN_VALUE', at: 'column zones' }],
    ['a trailing dot', { zones: ['bank.example.', 'b'] }, { refused: 'COLUMN_VALUE', at: 'column zones' }],
    ['a zone of 256 octets', { zones: ['a'.repeat(256), 'b'] }, { refused: 'COLUMN_VALUE', at: 'column zones' }],
    ['the separator in a zone', { zones: ['a|b', 'b'] }, { refused: 'COLUMN_VALUE', at: 'column zones' }],
    ['zones twice', { zone_id: [1, 2, 3], zone_ix: [] }, { refused: 'BODY_INVALID', at: 'column zones' }],
    ['seq 0', { seq: 0 }, { refused: 'BODY_INVALID', at: '/seq' }],
    ['an unsafe seq', { seq: 2 ** 53 }, { refused: 'BODY_INVALID', at: '/seq' }],
    [
      'a boot id of 65 bits',
      { agent_boot_id: '18446744073709551616' },
      { refused: 'BODY_INVALID', at: '/agent_boot_id' },
    ],
    ['the separator in a region', { region: 'a|b' }, { refused: 'BODY_INVALID', at: '/region' }],
    ['another schema', { schema: 2 }, { refused: 'BODY_INVALID', at: '/schema' }],
    ['a vantage there is not', { vantage: 3 }, { refused: 'BODY_INVALID', at: '/vantage' }],
    ['a wrong checksum', { columns_crc32: 1 }, { refused: 'CHECKSUM', at: '/columns_crc32' }],
  ];

  it.each(cases)('%s', (_title, changes, expected) => {
    expect(decodePlain({})).toEqual(PLAIN_BATCH);
    expect(decodePlain(changes)).toMatchObject(expected);
  });

  it('NDJSON: the line', () => {
    const lines = new TextDecoder().decode(encodeNdjson(PLAIN_BATCH)).split('\n');
    const broken = (line: number, text: string) =>
      decode(CONTENT_TYPE.ndjson, utf8(lines.with(line - 1, text).join('\n')));
    expect(broken(3, '{')).toMatchObject({ refused: 'BODY_UNPARSABLE', at: 'line 3' });
    expect(broken(3, '{"dt_us":0}')).toMatchObject({ refused: 'COLUMN_VALUE', at: 'line 3' });
    expect(broken(1, '[]')).toMatchObject({ refused: 'BODY_UNPARSABLE', at: 'line 1' });
  });

  it('null is none for latency and rcode', () => {
    const latencyNone = decodePlain({ latency_us: [1_200, null, 900], rcode: [0, null, 2] });
    expect(latencyNone).toEqual(PLAIN_BATCH);
  });

  it('a boot id has one form', () => {
    expect(decodePlain({ agent_boot_id: '007' })).toMatchObject({ agentBootId: '7' });
  });

  it('too many bytes', () => {
    for (const contentType of TYPES) {
      expect(decode(contentType, new Uint8Array(BATCH_BYTES_MAX + 1))).toMatchObject({ refused: 'BODY_TOO_LARGE' });
    }
  });
});

describe('refuseFuture', () => {
  const newestMs = PLAIN_BATCH.t0Us / 1_000 + 200;
  it('refuses more than 5 s ahead of receive time, and nothing else', () => {
    expect(refuseFuture(PLAIN_BATCH, newestMs - 5_000)).toBeUndefined();
    expect(refuseFuture(PLAIN_BATCH, newestMs - 5_001)).toMatchObject({ refused: 'TIME_IN_FUTURE', at: '/t0_us' });
    expect(refuseFuture(PLAIN_BATCH, newestMs + 1e12)).toBeUndefined();
  });
});

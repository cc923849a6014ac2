import fc from 'fast-check';
import { headerOf } from './assemble-batch.js';
import { anyBatch, PLAIN_BATCH } from './batch.fixture.js';
import { checkBySchema, isPlainHeader } from './batch-header.js';
import { CONTENT_TYPE, decoderFor, encodeProtobuf } from './index.js';

type Raw = Record<string, unknown>;
/** What may stand in a field, sensible or not. */
const anyValue = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    '0',
    '007',
    '18446744073709551615',
    '18446744073709551616',
    'a|b',
    'fra1',
    -1,
    -0,
  ),
  fc.constantFrom(0, 1, 1.5, 65_536, 65_537, 2 ** 32, 2 ** 52, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, {}, []),
  fc.string(),
  fc.double(),
);
const damaged = fc
  .tuple(anyBatch, fc.nat(), anyValue, fc.constantFrom('none', 'header', 'completeness'))
  .map(([batch, at, value, where]): Raw => {
    const completeness: Raw = { ...headerOf(batch).completeness };
    const header: Raw = { ...headerOf(batch), completeness };
    const damagedPart = where === 'completeness' ? completeness : header;
    const names = Object.keys(damagedPart);
    if (where !== 'none') damagedPart[names[at % names.length]!] = value;
    return header;
  });

describe('the header of a batch', () => {
  it('what is taken as plain is what the schema accepts, unchanged', () => {
    fc.assert(
      fc.property(damaged, (header) => {
        expect(isPlainHeader(header) ? checkBySchema(header) : header).toEqual(header);
      }),
      { numRuns: 5_000 },
    );
  });

  it('every valid header whose boot id is short is taken as plain', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const header = headerOf({ ...batch, agentBootId: '7', serverBootId: '0' });
        expect(isPlainHeader(header)).toBe(true);
      }),
    );
  });

  it('of an authentic batch the checksum is not compared', () => {
    const bytes = encodeProtobuf(PLAIN_BATCH);
    // After the tag of field 30, a fixed32.
    bytes[bytes.lastIndexOf(0xf5) + 2]! ^= 1;
    const decoder = decoderFor(CONTENT_TYPE.protobuf);
    expect(decoder?.decode(bytes)).toMatchObject({ refused: 'CHECKSUM' });
    expect(decoder?.decode(bytes, { isAuthentic: true })).toMatchObject({ nodeId: 'n1', n: 3 });
  });
});

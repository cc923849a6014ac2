import fc from 'fast-check';
import { anyBatch } from './batch.fixture.js';
import { batchOfColumns, decodeJsonColumns, encodeJsonColumns } from './json-columns.js';
import { parseObject, textOf } from './json-parse.js';
import { skimObject } from './json-skim.js';
import { isRefusal } from '../problem.js';

/** What breaks an array of plain integers, or the object around it, or spells a column once more. */
const FRAGMENTS = [
  'null;1.5;01;-0;0;-1;1e2;4294967295;4294967296;99999999999;65536;256;true; ;\n;[;];{;};,;:;";\\;\u00e9;\ufeff;[];[].5',
  '"flags":[],;"dt_us":[1],;"dt_us" :[1],;"\\u0064t_us":[1],;"a":{"dt_us":[1,2]},;"a":[{"dt_us":[1]}],;"refused":1,',
].flatMap((fragments) => fragments.split(';'));

const inserted = (bytes: Uint8Array, at: number, removed: number, fragment: string): Uint8Array => {
  const place = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, place), Buffer.from(fragment), bytes.subarray(place + removed)]);
};

/** The same by the parser alone. */
const decodeParsed = (bytes: Uint8Array) => {
  const text = textOf(bytes);
  if (typeof text !== 'string') return text;
  const body = parseObject(text, '');
  return isRefusal(body) ? body : batchOfColumns(body);
};

/** Places behind brackets, commas and colons come up as often as all others. */
const placeIn = (bytes: Uint8Array, at: number, isBehindMark: boolean): number => {
  const marks = [...bytes.keys()].filter((index) => '[]{},:'.includes(String.fromCharCode(bytes[index]!)));
  return isBehindMark ? marks[at % marks.length]! + 1 : at;
};

describe('columns read from the bytes of JSON', () => {
  it('a batch as it is encoded leaves the parser no column', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const body = skimObject(encodeJsonColumns(batch));
        expect(body?.['dt_us']).toEqual(batch.dtUs);
        expect(body?.['flags']).toEqual(batch.flags);
      }),
    );
  });

  it('whatever stands in the text, batch and refusal are those of the parser', () => {
    fc.assert(
      fc.property(
        anyBatch,
        fc.nat(),
        fc.boolean(),
        fc.nat({ max: 2 }),
        fc.constantFrom(...FRAGMENTS),
        (batch, at, isBehindMark, removed, fragment) => {
          const plain = encodeJsonColumns(batch);
          const bytes = inserted(plain, placeIn(plain, at, isBehindMark), removed, fragment);
          expect(decodeJsonColumns(bytes)).toEqual(decodeParsed(bytes));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

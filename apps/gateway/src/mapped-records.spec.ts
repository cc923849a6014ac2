import fc from 'fast-check';
import { isRefusal } from '#contracts';
import { readRecords } from './mapped-records.js';

describe('the records of a body', () => {
  it('are its lines, by number, blank ones passed over, and a broken one spoils no other', () => {
    const body = Buffer.concat([Buffer.from('{"a":1}\r\n \n{"b"\n'), Buffer.of(0xc3, 0x28, 0x0a), Buffer.from('2')]);
    const records = readRecords(body);
    if (isRefusal(records)) throw new Error(records.detail);
    expect(records.map(({ line, value, refusal }) => [line, value, refusal?.refused])).toEqual([
      [1, { a: 1 }, undefined],
      [3, undefined, 'BODY_UNPARSABLE'],
      [4, undefined, 'BODY_UNPARSABLE'],
      [5, 2, undefined],
    ]);
  });

  it('of any bytes are read or refused, and never more than there are lines', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.json({ maxDepth: 3 }).map((text) => new TextEncoder().encode(text)),
      fc.constantFrom('\n', '[', ']', ',', '{"a":1}', '\u0000').map((text) => new TextEncoder().encode(text)),
    );
    let read = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const body = Buffer.concat(pieces);
        const records = readRecords(body);
        read += isRefusal(records) ? 0 : records.length;
        const most = isRefusal(records) ? 0 : records.length;
        expect(most).toBeLessThanOrEqual(body.length);
      }),
      { numRuns: 1_000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});

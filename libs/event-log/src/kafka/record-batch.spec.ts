import fc from 'fast-check';
import { encodeBatch, type GivenRecord } from './record-batch.fixture.js';
import { decodeBatches } from './record-batch.js';

const FROM = { topic: 'telemetry.outcomes', partition: 2, offset: 0 } as const;
const [AT_LENGTH, AT_MAGIC, AT_ATTRIBUTES, AT_COUNT] = [8, 16, 21, 57];
const CONTROL = 0x20;

// An object cannot have a key of this name; such a header is dropped.
const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');
const record = fc.record({
  key: fc.option(fc.string({ minLength: 1 }), { nil: null }),
  value: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  headers: fc.dictionary(name, fc.string({ minLength: 1 }), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
  timestamp: fc.integer({ min: 1, max: 2 ** 41 }),
});
const batches = fc.array(fc.array(record, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 });

const one = (text: string): GivenRecord => ({ key: null, value: Buffer.from(text), headers: {}, timestamp: 7 });

/** Batches one after the other from offset 0. */
const encodeAll = async (all: readonly (readonly GivenRecord[])[]): Promise<Buffer[]> => {
  const encoded: Buffer[] = [];
  let offset = 0;
  for (const records of all) {
    encoded.push(await encodeBatch(offset, records));
    offset += records.length;
  }
  return encoded;
};

describe('decodeBatches', () => {
  it('reads what a producer writes, from any offset on', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(20), async (all, offset) => {
        const { records, undecodable, nextOffset } = await decodeBatches(Buffer.concat(await encodeAll(all)), {
          ...FROM,
          offset,
        });
        const expected = all
          .flat()
          .map(({ timestamp, ...other }, i) => ({ ...other, offset: i, appendedAtMs: timestamp }));
        expect(records.map(({ topic: _t, partition: _p, ...other }) => other)).toEqual(expected.slice(offset));
        expect(undecodable).toEqual([]);
        expect(nextOffset).toBe(Math.max(offset, all.flat().length));
      }),
    );
  });

  it('leaves a batch that is cut short for the next fetch, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (all, cutAt) => {
        const encoded = await encodeAll(all);
        const first = encoded[0]?.length ?? 0;
        const buffer = Buffer.concat(encoded);
        const cut = buffer.subarray(0, first + (cutAt % (buffer.length - first + 1)));
        let [whole, end] = [0, 0];
        for (const { length } of encoded) {
          end += length;
          if (end <= cut.length) whole += 1;
        }
        const { records, nextOffset } = await decodeBatches(cut, FROM);
        expect(records).toHaveLength(all.slice(0, whole).flat().length);
        expect(nextOffset).toBe(records.length);
      }),
    );
  });

  it('refuses an answer whose first batch is cut short, instead of asking for it for ever', async () => {
    const batch = await encodeBatch(0, [one('a')]);
    for (let bytes = 1; bytes < batch.length; bytes++)
      await expect(decodeBatches(batch.subarray(0, bytes), FROM)).rejects.toThrow('at offset 0 is cut short');
    expect(await decodeBatches(Buffer.alloc(0), FROM)).toEqual({ records: [], undecodable: [], nextOffset: 0 });
  });

  it('names what it cannot read, with its offsets, and reads what follows', async () => {
    const [good, bad, last] = await encodeAll([[one('a')], [one('b'), one('c')], [one('d')]]);
    bad?.writeInt16BE(5, AT_ATTRIBUTES);
    const found = await decodeBatches(Buffer.concat([good, bad, last] as Buffer[]), FROM);
    expect(found.records.map(({ offset }) => offset)).toEqual([0, 3]);
    expect(found.undecodable).toMatchObject([{ from: 1, to: 3, reason: { message: 'codec 5 is unknown' } }]);
    expect(found.nextOffset).toBe(4);
  });

  it('tells a skipped tail by where it ends', async () => {
    const [good, bad] = await encodeAll([[one('a')], [one('b'), one('c')]]);
    bad?.writeInt16BE(5, AT_ATTRIBUTES);
    expect(await decodeBatches(Buffer.concat([good, bad] as Buffer[]), FROM)).toMatchObject({ nextOffset: 3 });
  });

  it('names a batch that says it has less than no records', async () => {
    const [batch] = await encodeAll([[one('a')]]);
    batch?.writeInt32BE(-1, AT_COUNT);
    const found = await decodeBatches(batch as Buffer, FROM);
    expect(found).toMatchObject({ records: [], undecodable: [{ from: 0, to: 1 }], nextOffset: 1 });
  });

  it('passes over control records', async () => {
    const [data, control] = await encodeAll([[one('a')], [one('commit')]]);
    control?.writeInt16BE(CONTROL, AT_ATTRIBUTES);
    const found = await decodeBatches(Buffer.concat([data, control] as Buffer[]), FROM);
    expect(found).toMatchObject({ records: [{ offset: 0 }], undecodable: [], nextOffset: 2 });
  });

  it.each([0, 1])('refuses messages of version %i, one by one', async (magic) => {
    // Offset, length, checksum, magic, attributes, then a key and a value of no bytes.
    const message = Buffer.alloc(26);
    message.writeBigInt64BE(9n, 0);
    message.writeInt32BE(14, AT_LENGTH);
    message.writeInt8(magic, AT_MAGIC);
    const next = await encodeBatch(10, [one('a')]);
    const found = await decodeBatches(Buffer.concat([message, next]), { ...FROM, offset: 9 });
    expect(found.undecodable).toMatchObject([
      { from: 9, to: 10, reason: { message: `record batches of version ${magic} are unknown` } },
    ]);
    expect(found.records.map(({ offset }) => offset)).toEqual([10]);
  });

  it('survives any byte that flips in a body: what it reads grows by offset, and it does not go back', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), fc.integer({ min: 1, max: 255 }), async (all, place, flip) => {
        const encoded = await encodeAll(all);
        const first = encoded[0] as Buffer;
        const at = 61 + (place % (first.length - 61));
        first.writeUInt8(first.readUInt8(at) ^ flip, at);
        const found = await decodeBatches(Buffer.concat(encoded), FROM);
        expect(found.nextOffset).toBe(all.flat().length);
        const offsets = found.records.map(({ offset }) => offset);
        expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b));
        const later = found.records.filter(({ offset }) => offset >= (all[0]?.length ?? 0));
        expect(later).toHaveLength(all.slice(1).flat().length);
      }),
    );
  });
});

import fc from 'fast-check';
import { FAMILY_NAMES, isRefusal } from '#contracts';
import { anyBlock, anyCells, plainBlock, toldPart } from './block.fixture.js';
import { decodeBlock, decodeOwnBlock, encodeBlock, FAMILY_ID, writeBuckets } from './block-codec.js';
import { ByteWriter } from './byte-writer.js';
import { addCells, bucketsOf, cloneCells, createCells, pickCells, replaceCells, subtractCells } from './cell-table.js';
import type { Block, Cells } from './cells.js';
import type { PartitionTick } from './partition-tick.js';
import { decodeTick, encodeTick } from './tick-codec.js';

const plain = (cells: Cells) => plainBlock(new Map([[cells.family, cells]]));
const withoutEmpty = (cells: Cells) =>
  Object.fromEntries(Object.entries(plain(cells)).filter(([, { counts }]) => counts.some((count) => count > 0)));
const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
const damaged = (bytes: Uint8Array, changes: readonly (readonly [number, number])[], cut: number): Uint8Array => {
  const copy = bytes.slice();
  for (const [at, value] of changes) copy[at % copy.length] = value;
  return cut % 3 === 0 ? copy.subarray(0, cut % copy.length) : copy;
};

/** As blocks were written in version 1. */
const encodeWholeKeys = (block: Block): Uint8Array => {
  const writer = new ByteWriter();
  writer.varint(1);
  writer.varint(block.size);
  for (const { family, keys, counts, buckets } of block.values()) {
    writer.varint(FAMILY_ID[family]);
    writer.varint(keys.length);
    keys.forEach((key, row) => {
      writer.text(key);
      for (const count of counts.subarray(4 * row, 4 * row + 4)) writer.varint(count);
      const width = bucketsOf(family);
      if (buckets !== undefined) writeBuckets(writer, buckets, row * width, width);
    });
  }
  return writer.finish();
};

const TICK: PartitionTick = {
  topic: 'telemetry.outcomes',
  partition: 3,
  incarnation: 1,
  tick: 6_507_817_680,
  nextOffset: 9_007_199_254_740_991,
  slots: [],
  nodes: [{ nodeId: 'n1', pop: 'fra1', region: 'europe', release: 'v1+c1', watermarkUs: 1_626_954_420_000_000 }],
  reports: [{ type: 'crash', nodeId: 'n1', agentBootId: '1', atUs: 1, serverBootId: '2', detail: 'gone, ünd back' }],
  signals: [{ type: 'tickets', count: 3, atUs: 1 }],
};

describe('blocks as bytes', () => {
  it('what is encoded is decoded', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        expect(plainBlock(decodeOwnBlock(encodeBlock(block)))).toEqual(plainBlock(block));
      }),
    );
  });

  it('blocks of version 1, with a whole key in every row, are read', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        expect(plainBlock(decodeOwnBlock(encodeWholeKeys(block)))).toEqual(plainBlock(block));
      }),
    );
  });

  it('damaged bytes are refused or are another block, never thrown at', () => {
    fc.assert(
      fc.property(anyBlock, damage, fc.nat(), (block, changes, cut) => {
        const decoded = decodeBlock(damaged(encodeBlock(block), changes, cut));
        expect(isRefusal(decoded) || decoded.size <= FAMILY_NAMES.length).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('a few bytes cannot ask for much memory', () => {
    const bytes = [1, 1, 4, 0xff, 0xff, 0xff, 0x7f];
    expect(decodeBlock(Uint8Array.from(bytes))).toMatchObject({ refused: 'BODY_UNPARSABLE' });
  });

  it('a name that is long, and stands once in the bytes, cannot be in many keys', () => {
    const writer = new ByteWriter();
    for (const number of [2, 1, FAMILY_ID.zone_release, 1]) writer.varint(number);
    writer.text('z'.repeat(100_000));
    for (let group = 0; group < 1_000; group += 1) {
      for (const number of [1, 1]) writer.varint(number);
      writer.text(`v${group}`);
      writer.signed(1);
      writer.four(Uint32Array.of(1, 0, 0, 0), 0);
    }
    writer.varint(0);
    expect(decodeBlock(writer.finish())).toMatchObject({ detail: expect.stringContaining('characters') });
  });

  it('own bytes that are damaged are an error', () => {
    expect(() => decodeOwnBlock(Uint8Array.of(3))).toThrow('version 3');
  });
});

describe('ticks as bytes', () => {
  it('what is told of a tick is decoded: rows, counts and histograms of the told families', () => {
    const states = fc.array(fc.record({ slot: fc.nat(), closed: fc.boolean(), block: anyBlock }), { maxLength: 4 });
    const comparable = ({ slots, ...rest }: PartitionTick, plainOf: typeof plainBlock) => ({
      ...rest,
      slots: slots.map(({ block, ...state }) => ({ ...state, block: plainOf(block) })),
    });
    fc.assert(
      fc.property(states, (slots) => {
        const decoded = decodeTick(encodeTick({ ...TICK, slots }));
        const expected = comparable({ ...TICK, slots }, toldPart);
        expect(isRefusal(decoded) ? decoded : comparable(decoded, plainBlock)).toEqual(expected);
      }),
    );
  });

  it('ticks of before the dictionary are read: a block of its own for each slot', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const writer = new ByteWriter();
        writer.varint(1);
        writer.text(JSON.stringify({ ...TICK, slots: [{ slot: 7, closed: true }] }));
        writer.block(encodeBlock(block));
        const decoded = decodeTick(writer.finish());
        if (isRefusal(decoded)) throw new Error(decoded.detail);
        expect(decoded).toMatchObject({ ...TICK, slots: [{ slot: 7, closed: true }] });
        expect(plainBlock(decoded.slots[0]!.block)).toEqual(plainBlock(block));
      }),
    );
  });

  it('ticks of before timeouts of nodes were told are read: theirs are 0', () => {
    const writer = new ByteWriter();
    writer.varint(2);
    writer.text(JSON.stringify({ ...TICK, slots: [{ slot: 7, closed: true }] }));
    const body = new ByteWriter();
    // One family, nodes; one row of the first name: 5 good, 3 bad.
    for (const number of [1, FAMILY_ID.node, 2, 0, 2 * 5 + 1, 3]) body.varint(number);
    writer.varint(1);
    writer.text('n1');
    writer.varint(0);
    writer.block(body.finish());
    const decoded = decodeTick(writer.finish());
    if (isRefusal(decoded)) throw new Error(decoded.detail);
    expect(plainBlock(decoded.slots[0]!.block)).toEqual({ 'node n1': { counts: [5, 3, 0, 0], buckets: {} } });
  });

  it('a few bytes cannot ask for much memory', () => {
    const writer = new ByteWriter();
    writer.varint(2);
    writer.text(JSON.stringify({ ...TICK, slots: [{ slot: 7, closed: true }] }));
    for (const size of [1, 1, 0, 0, 6, 1, 1]) writer.varint(size);
    for (const number of [2 ** 40]) writer.varint(number);
    expect(decodeTick(writer.finish())).toMatchObject({ refused: 'BODY_UNPARSABLE' });
  });

  it('damaged bytes are refused or are another tick, never thrown at', () => {
    fc.assert(
      fc.property(anyBlock, damage, fc.nat(), (block, changes, cut) => {
        const slots = [{ slot: 7, closed: false, block }];
        const decoded = decodeTick(damaged(encodeTick({ ...TICK, slots }), changes, cut));
        expect(isRefusal(decoded) || Number.isSafeInteger(decoded.nextOffset)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('cells', () => {
  const twoOfOne = fc.constantFrom(...FAMILY_NAMES).chain((family) => fc.tuple(anyCells(family), anyCells(family)));

  it('merge the same in any order', () => {
    fc.assert(
      fc.property(twoOfOne, ([a, b]) => {
        const [ab, ba] = [cloneCells(a), cloneCells(b)];
        addCells(ab, b);
        addCells(ba, a);
        expect(plain(ab)).toEqual(plain(ba));
      }),
    );
  });

  it('what was added can be subtracted', () => {
    fc.assert(
      fc.property(twoOfOne, ([a, b]) => {
        const both = cloneCells(a);
        addCells(both, b);
        subtractCells(both, b);
        expect(withoutEmpty(both)).toEqual(withoutEmpty(a));
      }),
    );
  });

  it('replacing leaves what is not named, and nothing of the old', () => {
    fc.assert(
      fc.property(twoOfOne, ([a, b]) => {
        const replaced = cloneCells(a);
        replaceCells(replaced, b);
        expect(plain(replaced)).toEqual({ ...plain(a), ...plain(b) });
      }),
    );
  });

  it('picks rows', () => {
    fc.assert(
      fc.property(anyBlock, (block: Block) => {
        const picked = [...block.values()].map((cells) => pickCells(cells, cells.keys.keys()));
        expect(picked.map(plain)).toEqual([...block.values()].map(plain));
      }),
    );
  });

  it('beyond the bound, keys share the row of other and are counted', () => {
    const cells = createCells('zone', 2);
    const rows = ['a', 'b', 'c', 'd', 'a', 'other'].map((key) => cells.row(key));
    expect(rows).toEqual([0, 1, 2, 2, 0, 2]);
    expect(cells).toMatchObject({ keys: ['a', 'b', 'other'], overflowed: 2 });
    cells.reset();
    expect(cells).toMatchObject({ size: 0, overflowed: 0 });
  });
});

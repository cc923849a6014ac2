import fc from 'fast-check';
import { readBuckets } from './block-codec.js';
import { ByteCounts } from './byte-counts.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

const LENGTH = 32;
const additions = fc.array(
  fc.record({
    index: fc.nat({ max: LENGTH - 1 }),
    count: fc.oneof(fc.constantFrom(1, 1, 127, 128, 255, 256), fc.nat({ max: 5_000_000 })),
  }),
  { maxLength: 60 },
);
type Additions = readonly { readonly index: number; readonly count: number }[];

const countsOf = (added: Additions): ByteCounts => {
  const counts = new ByteCounts();
  counts.reserve(LENGTH);
  for (const { index, count } of added) counts.add(index, count);
  return counts;
};

const exactly = (...lists: readonly Additions[]): number[] => {
  const sums = Array.from({ length: LENGTH }, () => 0);
  for (const { index, count } of lists.flat()) sums[index]! += count;
  return sums;
};

const numbers = (counts: ByteCounts): number[] => Array.from({ length: LENGTH }, (_unused, index) => counts.at(index));

describe('counts in bytes', () => {
  it('any additions: every count is exact, however far beyond a byte', () => {
    fc.assert(
      fc.property(additions, (added) => {
        const counts = countsOf(added);
        expect(numbers(counts)).toEqual(exactly(added));
        const unfolded = new Uint32Array(LENGTH);
        counts.unfold(0, LENGTH, unfolded, 0);
        expect([...unfolded]).toEqual(exactly(added));
      }),
    );
  });

  it('what 32 bits cannot tell is told as the most that they can, and is readable', () => {
    const counts = countsOf([4_294_967_295, 4_294_967_295, 7].map((count) => ({ index: 1, count })));
    const [writer, buckets] = [new ByteWriter(), new Uint32Array(LENGTH)];
    counts.write(writer, 0, LENGTH);
    const reader = new ByteReader(writer.finish());
    readBuckets(reader, buckets, 0, LENGTH);
    expect(reader.fault).toBeUndefined();
    expect([counts.at(1), buckets[1]]).toEqual([4_294_967_295, 4_294_967_295]);
  });

  it('rows are read, added and taken away as the counts that they are', () => {
    fc.assert(
      fc.property(additions, additions, (added, others) => {
        const [counts, other] = [countsOf(added), countsOf(others)];
        const read = new Uint32Array(LENGTH);
        for (let row = 0; row < LENGTH / 4; row += 1) {
          counts.addRow(row, other, row);
          counts.readRow(row, 1, read, 4 * row);
          other.readRow(row, -1, read, 4 * row);
        }
        expect(numbers(counts)).toEqual(exactly(added, others));
        expect([...read]).toEqual(exactly(added));
      }),
    );
  });

  it('a copy goes its own way, and emptied counts begin again at nothing', () => {
    fc.assert(
      fc.property(additions, additions, (before, after) => {
        const counts = countsOf(before);
        const copy = counts.clone(LENGTH);
        counts.reset(LENGTH);
        for (const { index, count } of after) counts.add(index, count);
        expect([numbers(copy), numbers(counts)]).toEqual([exactly(before), exactly(after)]);
      }),
    );
  });

  it('what is written is read as histograms are', () => {
    fc.assert(
      fc.property(additions, (added) => {
        const writer = new ByteWriter();
        countsOf(added).write(writer, 8, LENGTH - 8);
        const [reader, buckets] = [new ByteReader(writer.finish()), new Uint32Array(LENGTH)];
        readBuckets(reader, buckets, 8, LENGTH - 8);
        expect(reader.fault).toBeUndefined();
        expect([...buckets.subarray(8)]).toEqual(exactly(added).slice(8));
      }),
    );
  });
});

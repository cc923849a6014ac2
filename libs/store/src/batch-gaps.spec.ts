import fc from 'fast-check';
import { gapWithout, type SeqGap } from './batch-gaps.js';

const numbersOf = ({ from, to }: SeqGap): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_unused, index) => from + index);

describe('gapWithout', () => {
  it('leaves exactly the numbers that did not arrive, in ascending gaps that do not touch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 30 }),
        fc.array(fc.integer({ min: 0, max: 70 })),
        (from, length, arrived) => {
          const gap = { from, to: from + length };
          const left = gapWithout(gap, arrived);
          expect(left.flatMap(numbersOf)).toEqual(numbersOf(gap).filter((seq) => !arrived.includes(seq)));
          expect(left.every(({ from: next }, index) => index === 0 || next > (left[index - 1]?.to ?? 0) + 1)).toBe(
            true,
          );
        },
      ),
    );
  });
});

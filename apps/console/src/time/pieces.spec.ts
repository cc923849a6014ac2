import fc from 'fast-check';
import { newestOf, piecesOf } from './pieces.js';

describe('a time in pieces', () => {
  it('is the whole of it, without a gap, in pieces that are short enough', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 50, max: 700 }),
        (from, length, most) => {
          const pieces = piecesOf({ from, to: from + length }, most);
          expect([pieces[0]?.from, pieces.at(-1)?.to]).toEqual([from, from + length]);
          expect(Math.max(...pieces.map((piece) => piece.to - piece.from))).toBeLessThanOrEqual(most);
          expect(pieces.slice(1).map((piece) => piece.from)).toEqual(pieces.slice(0, -1).map((piece) => piece.to));
        },
      ),
    );
  });

  it('has its newest part in whole steps', () => {
    expect(newestOf({ from: 5, to: 1_234 }, 1_000, 10)).toEqual({ from: 230, to: 1_230 });
    expect(newestOf({ from: 1_105, to: 1_234 }, 1_000, 10)).toEqual({ from: 1_100, to: 1_230 });
  });
});

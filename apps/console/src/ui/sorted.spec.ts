import fc from 'fast-check';
import { nextOrder, type Rank, readOrder, sorted } from './sorted.js';

const rankOf = ({ rank }: { readonly rank: Rank }): Rank => rank;

describe('an order of rows', () => {
  it('is read from an address, and gone through by pressing a heading', () => {
    expect([readOrder(undefined), readOrder('tier'), readOrder('-tier')]).toEqual([
      undefined,
      { by: 'tier', isDescending: false },
      { by: 'tier', isDescending: true },
    ]);
    const first = nextOrder(undefined, 'tier');
    const second = nextOrder(readOrder(first), 'tier');
    expect([first, second, nextOrder(readOrder(second), 'tier'), nextOrder(readOrder('-tier'), 'name')]).toEqual([
      '-tier',
      'tier',
      undefined,
      '-name',
    ]);
  });

  it('has what is not known last, whichever way', () => {
    const rows = [{ rank: null }, { rank: 2 }, { rank: 1 }];
    expect(sorted(rows, rankOf).map(rankOf)).toEqual([1, 2, null]);
    expect(sorted(rows, rankOf, true).map(rankOf)).toEqual([2, 1, null]);
  });

  it('counts the numbers in names', () => {
    expect(sorted([{ rank: 'edge-10' }, { rank: 'edge-9' }], rankOf).map(rankOf)).toEqual(['edge-9', 'edge-10']);
  });

  it('keeps every row, and of equals the order in which they came', () => {
    const ranks = fc.array(fc.option(fc.integer({ min: 0, max: 3 })));
    fc.assert(
      fc.property(ranks, fc.boolean(), (given, isDescending) => {
        const rows = given.map((rank, at) => ({ rank, at }));
        const found = sorted(rows, rankOf, isDescending);
        expect(new Set(found)).toEqual(new Set(rows));
        const turned = found.filter(({ rank, at }, index) => {
          const before = found[index - 1];
          return before !== undefined && before.rank === rank && before.at > at;
        });
        expect(turned).toEqual([]);
      }),
    );
  });
});

import { newFold, outcome, RECEIVED_MS } from './fold-reader.fixture.js';
import { batchOf, FIRST_SLOT } from './slot-fold.fixture.js';

/** What a fold makes of the same outcomes, asked with one type: family, key and counts. */
const countedAs = (qtype: number): readonly string[] => {
  const outcomes = [0, 10, 13, 3].map((code, i) => outcome({ atUs: FIRST_SLOT * 1_000_000 + i, code }));
  const batch = batchOf(outcomes);
  const fold = newFold();
  fold.fold({ ...batch, qtype: new Uint16Array(batch.n).fill(qtype) }, RECEIVED_MS);
  const counted: string[] = [];
  fold.takeDelta(({ block }) => {
    for (const [family, { keys, counts }] of block)
      keys.forEach((key, row) => counted.push(`${family} ${key} ${counts.subarray(4 * row, 4 * row + 4).join(' ')}`));
  });
  return counted;
};

const [A, PTR] = [1, 12] as const;

describe('the type of a query', () => {
  it('R5: changes nothing: a reverse lookup counts like any other', () => {
    const counted = countedAs(PTR);
    expect(counted).toContain('fleet fleet 2 2 0 1');
    expect(counted).toEqual(countedAs(A));
  });
});

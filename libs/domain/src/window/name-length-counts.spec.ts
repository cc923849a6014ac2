import { newFold, outcome, RECEIVED_MS } from './fold-reader.fixture.js';
import { batchOf, FIRST_SLOT, type OneOutcome } from './slot-fold.fixture.js';

const answers = (count: number, changes: Partial<OneOutcome>): readonly OneOutcome[] =>
  Array.from({ length: count }, (_, i) => outcome({ atUs: FIRST_SLOT * 1_000_000 + i, ...changes }));

/** The cells of `name_length` of the first slot: good, bad, excluded, timeout. */
const cellsOf = (batches: readonly (readonly OneOutcome[])[]): Record<string, readonly number[]> => {
  const fold = newFold();
  for (const outcomes of batches) fold.fold(batchOf(outcomes), RECEIVED_MS);
  const found: Record<string, readonly number[]> = {};
  fold.takeDelta(({ block }) => {
    const cells = block.get('name_length');
    cells?.keys.forEach((key, row) => (found[key] = [...cells.counts.subarray(4 * row, 4 * row + 4)]));
  });
  return found;
};

describe('outcomes by length of the query name', () => {
  it('R61: a release that fails long names stands out', () => {
    const long = { nameOctets: 255 };
    const cells = cellsOf([
      [...answers(95, { nameOctets: 20 }), ...answers(5, long)],
      [...answers(95, { nameOctets: 20, release: 'v2' }), ...answers(5, { ...long, release: 'v2', code: 10 })],
    ]);
    expect(cells).toEqual({
      'v1+c1|0-63': [95, 0, 0, 0],
      'v1+c1|255+': [5, 0, 0, 0],
      'v2+c1|0-63': [95, 0, 0, 0],
      'v2+c1|255+': [0, 5, 0, 0],
    });
  });

  it('R61: timeouts are bad, and counted beside it; weights count', () => {
    expect(cellsOf([answers(1, { nameOctets: 128, code: 13, weight: 7 })])).toEqual({ 'v1+c1|128-191': [0, 7, 0, 7] });
  });

  it('batches that do not tell the length have no such cells', () => {
    expect(cellsOf([answers(3, {})])).toEqual({});
  });

  it('is bounded: what is beyond 64 releases of five lengths shares one cell', () => {
    const batches = Array.from({ length: 400 }, (_, i) => answers(1, { nameOctets: 1, release: `v${i}` }));
    const cells = cellsOf(batches);
    expect(Object.keys(cells)).toHaveLength(321);
    expect(cells['other']).toEqual([80, 0, 0, 0]);
  });
});

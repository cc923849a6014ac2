import { newFold, outcome, RECEIVED_MS } from './fold-reader.fixture.js';
import { batchOf, FIRST_SLOT, type OneOutcome } from './slot-fold.fixture.js';

const some = (count: number, changes: Partial<OneOutcome>): readonly OneOutcome[] =>
  Array.from({ length: count }, (_unused, i) => outcome({ atUs: FIRST_SLOT * 1_000_000 + i, ...changes }));

/** What is told of `outcome`, and what is written of it: good, bad, excluded, timeout. */
const toldAndWritten = (batches: readonly (readonly OneOutcome[])[]) => {
  const fold = newFold();
  for (const outcomes of batches) fold.fold(batchOf(outcomes), RECEIVED_MS);
  const [told, written]: Record<string, readonly number[]>[] = [{}, {}];
  for (const { block } of fold.takeChanged({ closedBefore: FIRST_SLOT })) {
    const cells = block.get('outcome');
    for (let row = 0; row < (cells?.size ?? 0); row += 1)
      told![cells!.keys[row]!] = [...cells!.counts.subarray(4 * row, 4 * row + 4)];
  }
  fold.takeDelta(({ block }) => {
    const cells = block.get('outcome');
    for (let row = 0; row < (cells?.size ?? 0); row += 1)
      written![cells!.keys[row]!] = [...cells!.counts.subarray(4 * row, 4 * row + 4)];
  });
  return { told, written };
};

describe('outcomes by name', () => {
  it('R4: are counted by release, region and name in the column of their class, told and written alike', () => {
    const { told, written } = toldAndWritten([
      [
        ...some(5, { code: 0 }),
        ...some(2, { code: 10, weight: 3 }),
        ...some(1, { code: 13 }),
        ...some(4, { code: 30 }),
      ],
      some(1, { code: 3, release: 'v2' }),
    ]);
    expect(told).toEqual({
      'v1+c1|europe|answer': [5, 0, 0, 0],
      'v1+c1|europe|servfail': [0, 6, 0, 0],
      'v1+c1|europe|timeout': [0, 1, 0, 1],
      'v1+c1|europe|refused_foreign': [0, 0, 4, 0],
      'v2+c1|europe|nxdomain': [1, 0, 0, 0],
    });
    expect(written).toEqual(told);
  });

  it('are bounded: what is beyond 64 cohorts of all outcomes shares one cell', () => {
    const { written } = toldAndWritten(
      Array.from({ length: 1_100 }, (_unused, i) => some(1, { code: 0, release: `v${i}` })),
    );
    expect(Object.keys(written ?? {})).toHaveLength(64 * 16 + 1);
    expect(written?.['other']).toEqual([1_100 - 64 * 16, 0, 0, 0]);
  });
});

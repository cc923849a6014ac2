import { twinRows } from './twin-rows.js';

describe('the table of a chart', () => {
  const times = [1_000, 2_000, 3_000];
  const lines = [{ values: [99, null, 97] }, { values: [1, 2] }];

  it('has every step, the newest first, and says where nothing is known', () => {
    expect(twinRows(times, lines, []).map(({ at, values }) => [at, values])).toEqual([
      [3_000, [97, null]],
      [2_000, [null, 2]],
      [1_000, [99, 1]],
    ]);
    const many = Array.from({ length: 600 }, (_, second) => second * 1_000);
    expect(twinRows(many, lines, [])).toHaveLength(600);
  });

  it('has what the chart marks, in the step in which it happened, and nothing that lies beside it', () => {
    const marks = [500, 2_000, 2_999, 3_400, 4_000].map((at) => ({ at, label: `at ${at}` }));
    expect(twinRows(times, lines, marks).map(({ happened }) => happened)).toEqual([
      ['at 3400'],
      ['at 2000', 'at 2999'],
      [],
    ]);
  });
});

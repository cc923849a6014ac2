import { byRelease, fleetLines, latencyLine } from './series.js';

const from = '2021-07-22T11:47:00.000Z';
const next = '2021-07-22T11:47:05.000Z';

describe('lines of a chart', () => {
  it('have a hole where nothing was asked', () => {
    expect(fleetLines([{ from, success: null, p99: null }]).lines[0]?.values).toEqual([null]);
  });

  it('draw a timeout above every latency', () => {
    expect(latencyLine([{ from, success: 1, p99: 'timeout' }]).lines[0]?.values).toEqual([5_000_000]);
  });

  it('set each release beside the others, its regions together', () => {
    const steps = [
      { from, key: 'v1+c1|asia', good: 99, bad: 1 },
      { from, key: 'v1+c1|europe', good: 101, bad: 0 },
      { from, key: 'v2+c2|asia', good: 1, bad: 3 },
      { from: next, key: 'v1+c1|asia', good: 0, bad: 0 },
    ];
    const { times, lines } = byRelease(steps);
    expect(times).toEqual([Date.parse(from), Date.parse(next)]);
    expect(lines.map(({ label, values }) => [label, values])).toEqual([
      ['v1+c1', [(100 * 200) / 201, null]],
      ['v2+c2', [25, null]],
    ]);
  });
});

import type { Role } from './roles.js';
import { byRelease, fleetLines, latencyLine } from './series.js';

const from = '2021-07-22T11:47:00.000Z';
const later = (seconds: number) => new Date(Date.parse(from) + 1_000 * seconds).toISOString();
const NOBODY = new Map<string, Role>();
const GRID = { stepMs: 5_000, until: 0 };

describe('lines of a chart', () => {
  it('have a hole where nothing was asked, as the API tells such a second of the fleet', () => {
    const steps = [0, 1, 2].map((second) => ({
      from: later(second),
      success: second === 1 ? null : 99,
      p99: second === 1 ? null : 12_000,
    }));
    expect(fleetLines(steps).lines[0]?.values).toEqual([99, null, 99]);
    expect(latencyLine(steps).lines[0]?.values).toEqual([12_000, null, 12_000]);
  });

  it('draw a timeout above every latency', () => {
    expect(latencyLine([{ from, success: 1, p99: 'timeout' }]).lines[0]?.values).toEqual([5_000_000]);
  });

  it('set each release beside the others, its regions together', () => {
    const steps = [
      { from, key: 'v1+c1|asia', good: 99, bad: 1 },
      { from, key: 'v1+c1|europe', good: 101, bad: 0 },
      { from, key: 'v2+c2|asia', good: 1, bad: 3 },
      { from: later(5), key: 'v1+c1|asia', good: 0, bad: 0 },
    ];
    const { times, lines, hidden } = byRelease(steps, NOBODY, GRID);
    expect(times).toEqual([from, later(5)].map((at) => Date.parse(at)));
    expect(lines.map(({ label, values }) => [label, values])).toEqual([
      ['v1+c1', [(100 * 200) / 201, null]],
      ['v2+c2', [25, null]],
    ]);
    expect(hidden).toBe(0);
  });

  it('of releases have a hole for steps that the API leaves out, up to the end of the others', () => {
    const steps = [0, 5, 20].map((second) => ({ from: later(second), key: 'v1+c1|asia', good: 1, bad: 1 }));
    const { times, lines } = byRelease(steps, NOBODY, { stepMs: 5_000, until: Date.parse(later(33)) });
    expect(times.map((at) => (at - Date.parse(from)) / 1_000)).toEqual([0, 5, 10, 15, 20, 25, 30]);
    expect(lines[0]?.values).toEqual([50, 50, null, null, 50, null, null]);
    expect(byRelease([], NOBODY, { stepMs: 5_000, until: Date.parse(from) })).toEqual({
      times: [],
      lines: [],
      hidden: 0,
    });
  });

  it('have the colours of their parts, however late they come and whatever else is drawn', () => {
    const roles = new Map<string, Role>([
      ['v2+c2', 'suspect'],
      ['v1+c1', 'before'],
    ]);
    const of = (keys: readonly string[]) =>
      byRelease(
        keys.map((key, index) => ({ from: later(5 * index), key: `${key}|asia`, good: 1_000 * (index + 1), bad: 0 })),
        roles,
        GRID,
      );
    const tokens = (keys: readonly string[]) => new Map(of(keys).lines.map(({ label, token }) => [label, token]));
    for (const keys of [
      ['v1+c1', 'v2+c2', 'v0+c0'],
      ['v0+c0', 'v2+c2', 'v1+c1'],
    ])
      expect(tokens(keys)).toEqual(
        new Map([
          ['v0+c0', '--link'],
          ['v1+c1, before it', '--good'],
          ['v2+c2, suspected', '--bad'],
        ]),
      );
  });

  it('are four, of which the suspect and what it replaced are two, and it is said how many are not drawn', () => {
    const roles = new Map<string, Role>([
      ['v9+c9', 'suspect'],
      ['v8+c8', 'before'],
    ]);
    const steps = ['a', 'b', 'c', 'd', 'v8+c8', 'v9+c9'].map((key, index) => ({
      from,
      key: `${key}|asia`,
      good: 6_000 - 1_000 * index,
      bad: 0,
    }));
    const { lines, hidden } = byRelease(steps, roles, GRID);
    expect(lines.map(({ label }) => label)).toEqual(['a', 'b', 'v8+c8, before it', 'v9+c9, suspected']);
    expect(new Set(lines.map(({ token }) => token)).size).toBe(4);
    expect(hidden).toBe(2);
  });
});

import fc from 'fast-check';
import { answeredAt, linesUntil } from './counted.js';
import { replayRange } from './replay-range.js';
import { sweepValues } from './sweep-values.js';
import { readReplaySearch } from './replay-search.js';

const iso = (ms: number): string => new Date(ms).toISOString();
const OPENED = Date.parse('2026-11-28T08:25:13.400Z');

describe('the time that is replayed', () => {
  it('is the incident with two minutes around it, by seconds', () => {
    const times = { onsetAt: iso(OPENED - 15_000), openedAt: iso(OPENED), resolvedAt: iso(OPENED + 300_000) };
    const { from, to, step } = replayRange(times, OPENED + 900_000);
    expect([iso(from), iso(to), step]).toEqual(['2026-11-28T08:22:58.000Z', '2026-11-28T08:32:14.000Z', 2_000]);
  });

  it('is what the API reads at once, and holds the beginning, however long the incident was', () => {
    const DAYS = 20 * 24 * 3_600_000;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: DAYS }), fc.integer({ min: 0, max: DAYS }), (length, since) => {
        const times = { onsetAt: null, openedAt: iso(OPENED), resolvedAt: iso(OPENED + length) };
        const { from, to, step } = replayRange(times, OPENED + length + since);
        const unit = to - from <= 3_600_000 ? 1_000 : 60_000;
        expect([from % unit, to % unit, step % unit]).toEqual([0, 0, 0]);
        expect(to - from).toBeLessThanOrEqual(7 * 24 * 3_600_000);
        expect((to - from) / step).toBeLessThanOrEqual(400);
        expect(from < OPENED && to > OPENED).toBe(true);
      }),
    );
  });

  it('stands in the address, with the incident', () => {
    expect(readReplaySearch({ incident: 'in1', at: '2026-11-28T08:25:13Z' })).toEqual({
      incident: 'in1',
      at: '2026-11-28T08:25:13.000Z',
    });
    expect(readReplaySearch({ incident: 1, at: 'noon', backtest: '' })).toEqual({});
    expect(readReplaySearch({ backtest: 'bt-1' })).toEqual({ backtest: 'bt-1' });
  });
});

const counted = (second: number, key: string, good: number, bad: number) => ({
  from: iso(second * 1_000),
  key,
  good,
  bad,
});
const REGIONS = [counted(0, 'eu', 10, 0), counted(10, 'eu', 10, 0), counted(70, 'eu', 0, 10), counted(0, 'us', 5, 5)];

describe('what was counted then', () => {
  it('is of the minute before the moment, the worst first, and nobody asked is no 0', () => {
    const shown = (second: number) =>
      answeredAt(REGIONS, second * 1_000, 10_000).map(({ key, good, bad, success }) => [key, good, bad, success]);
    expect(shown(20)).toEqual([
      ['us', 5, 5, 50],
      ['eu', 20, 0, 100],
    ]);
    expect(shown(79)).toEqual([
      ['eu', 10, 0, 100],
      ['us', 0, 0, null],
    ]);
    expect(shown(80)[0]).toEqual(['eu', 0, 10, 0]);
  });

  it('is drawn up to the moment over the whole time', () => {
    const { times, lines } = linesUntil(REGIONS, 20_000, { from: -10_000, to: 90_000, step: 10_000 });
    expect(times).toEqual([-10_000, 0, 10_000, 70_000, 90_000]);
    expect(lines.map(({ label, values }) => [label, values])).toEqual([
      ['fleet', [null, 75, 100, null, null]],
      ['eu', [null, 100, 100, null, null]],
      ['us', [null, 50, null, null, null]],
    ]);
  });

  it('is drawn of every region, the worst first, however many there are', () => {
    const many = ['af', 'asia', 'eu', 'me', 'oc', 'sa', 'us-east'].map((key, place) => counted(0, key, place + 1, 0));
    const failing = counted(10, 'us-east', 1, 9);
    const drawn = (second: number) =>
      linesUntil([...many, failing], second * 1_000, { from: 0, to: 90_000, step: 10_000 }).lines;
    expect(drawn(90).map(({ label }) => label)).toEqual(['fleet', 'us-east', 'af', 'asia', 'eu', 'me', 'oc', 'sa']);
    expect(drawn(90)[1]).toMatchObject({ token: '--bad', values: [100, 10, null] });
    expect(drawn(10).map(({ label, token }) => [label, token])).toEqual(
      drawn(90).map(({ label, token }) => [label, token]),
    );
  });
});

describe('what a sweep may try', () => {
  it('lies around what the rule has, in whole seconds and no longer than a rule may look back', () => {
    expect(sweepValues({ threshold: 99, window: 60_000 })).toEqual({
      thresholds: '97.02,99,99.99',
      windows: '30s,60s,120s',
    });
    expect(sweepValues({ threshold: 0, window: 300_000 })).toEqual({ thresholds: '0', windows: '150s,300s' });
  });
});

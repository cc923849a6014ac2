import {
  changeText,
  delayText,
  type Differing,
  fieldOf,
  momentOfField,
  summaryOf,
  TRIED_MS_MAX,
  triedTime,
  underwayText,
} from './backtest-words.js';

const AT = Date.parse('2026-11-28T08:25:13.250Z');
const iso = (ms: number): string => new Date(ms).toISOString();
const differing = (change: Differing['change'], beforeMs: number | null, afterMs: number | null): Differing => ({
  change,
  kind: 'alert',
  action: 'fires',
  beforeAt: beforeMs === null ? null : iso(AT + beforeMs),
  afterAt: afterMs === null ? null : iso(AT + afterMs),
});

describe('what other rules would have done, in words', () => {
  it('is later, earlier, to others, or would not have happened at all', () => {
    const all = [
      differing('moved', 0, 12_250),
      differing('moved', 0, -1_000),
      differing('moved', 0, 0),
      differing('missing', 0, null),
      differing('added', null, 0),
    ];
    expect(all.map((each) => [changeText(each), delayText(each)])).toEqual([
      ['later', '+12.25 s'],
      ['earlier', '−1 s'],
      ['to others', ''],
      ['would not have happened', ''],
      ['would have happened', ''],
    ]);
  });

  it('is summed up by what begins: an end is no second alert', () => {
    const gone = differing('missing', 0, null);
    const page: Differing = { ...gone, kind: 'page' };
    const command: Differing = { ...differing('moved', 0, 5_000), kind: 'command', action: 'rollback' };
    expect(summaryOf([gone, gone, { ...gone, action: 'resolves' }, page, command])).toEqual([
      '2 alerts would not have happened',
      '1 page would not have happened',
      '1 command would have come later',
    ]);
    expect(summaryOf([])).toEqual([]);
  });

  it('says how far it is', () => {
    expect(underwayText({ status: 'waiting', progress: 0, outcomes: 0 })).toBe(
      'It waits for another that is under way.',
    );
    expect(underwayText({ status: 'running', progress: 0.4325, outcomes: 1_204_000 })).toBe(
      '43.25 % of the log is folded, 1,204,000 outcomes so far.',
    );
  });

  it('is over the time that is replayed, as much of it as the API takes', () => {
    expect(triedTime({ from: AT, to: AT + 1_000 })).toEqual({ from: AT, to: AT + 1_000 });
    expect(triedTime({ from: AT, to: AT + 86_400_000 })).toEqual({ from: AT, to: AT + TRIED_MS_MAX });
    // As the API has it: libs/contracts/src/backtest.ts.
    expect(TRIED_MS_MAX).toBe(6 * 3_600_000);
  });

  it('a field for a moment is UTC, by the second, whatever zone the browser is in', () => {
    expect(fieldOf(AT)).toBe('2026-11-28T08:25:13');
    expect(momentOfField(fieldOf(AT))).toBe('2026-11-28T08:25:13.000Z');
    // Without seconds, as a browser tells a whole minute.
    expect(momentOfField('2026-11-28T08:25')).toBe('2026-11-28T08:25:00.000Z');
    expect(momentOfField('')).toBeUndefined();
  });
});

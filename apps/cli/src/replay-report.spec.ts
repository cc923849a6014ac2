import { ruleOf, TICK_MS } from '#contracts';
import type { ReplayRange, ReplayResult } from '#replay';
import { backtestOf, formatBacktest } from './backtest.js';
import { createPaint } from './paint.js';
import { formatReplay, reportOf } from './replay.js';
import { formatSweep } from './sweep.js';

const HOUR_MS = 3_600_000;
const paint = createPaint(false, {});
const RESULT: ReplayResult = { decisions: [], withoutSubject: [], records: 0, outcomes: 0 };

const burn = ruleOf({
  name: 'slow_burn',
  signal: 'burn_rate',
  comparison: 'above',
  threshold: 1,
  windowMs: 72 * HOUR_MS,
  shortWindowMs: 6 * HOUR_MS,
  severity: 'warning',
});
const success = ruleOf({
  name: 'success',
  signal: 'success_rate',
  comparison: 'below',
  threshold: 99,
  windowMs: 60_000,
  severity: 'critical',
});

/** So many hours were read before the first tick that is decided. */
const range = (hours: number, isFromStart = false): ReplayRange => {
  const fromTick = (hours * HOUR_MS) / TICK_MS;
  return { readFromMs: 0, firstTick: 0, fromTick, toTick: fromTick + 100, joinUntilTick: isFromStart ? 0 : 1_440 };
};

describe('what a replay says of its own limits', () => {
  const told = (of: ReplayRange) => reportOf('log', of, RESULT, [], [burn, success]);

  it('a rule that looks back further than was read is named, with both figures', () => {
    const report = told(range(1));
    expect(report.shortened).toEqual([{ rule: 'slow_burn', looksBackMs: 72 * HOUR_MS, readMs: HOUR_MS }]);
    expect(formatReplay(report, paint).join('\n')).toContain(
      'not comparable: slow_burn looks back 3 d, of which 1 h were read before the first tick',
    );
  });

  it('none is where enough was read, or where nothing was before', () => {
    expect(told(range(72)).shortened).toEqual([]);
    expect(told(range(1, true)).shortened).toEqual([]);
    expect(formatReplay(told(range(72)), paint).join('\n')).not.toContain('not comparable');
  });
});

describe('what a backtest takes for faults', () => {
  const fault = { name: 'outage', fromMs: 0, toMs: 1_000, earlyMs: 0 };
  const tried = { decisions: [], rules: [{ name: 'success' }] };
  const lines = (isTold: boolean): string =>
    formatBacktest(
      backtestOf(tried, tried, {
        faults: [fault],
        isTold,
        shortened: [{ rule: 'slow_burn', looksBackMs: 72 * HOUR_MS, readMs: HOUR_MS }],
      }),
      paint,
    ).join('\n');

  it('without --truth it says that they are the recorded incidents, and what that means', () => {
    expect(lines(false)).toContain('1 fault: the recorded incidents, since there is no --truth');
    expect(lines(true)).not.toContain('recorded incidents');
    expect(lines(true)).toContain('1 fault');
  });

  it('names the rules that had too little before them', () => {
    expect(lines(true)).toContain('not comparable: slow_burn');
  });

  it('so does a sweep', () => {
    const swept = { rule: 'success', faults: [fault], rows: [], subjectsLeft: 0 };
    expect(formatSweep({ ...swept, isTold: false })[0]).toContain('1 fault: the recorded incidents');
    expect(formatSweep({ ...swept, isTold: true })[0]).toBe('success, 0 combinations, 1 fault');
  });
});

import type { WindowSum } from '../window/window-sum.js';
import { Baseline } from './baseline.js';
import { readErrorRateSpike } from './error-rate-spike.js';
import { readLatency } from './latency.js';
import { readSuccessRate } from './success-rate.js';
import type { WindowReader } from './window-reader.js';

const place = { family: 'fleet', key: 'fleet', windowMs: 60_000, endSlot: 100 } as const;
const windowsOf = (sum: Partial<WindowSum>, percentile: number | 'timeout' = 45_000): WindowReader => ({
  sum: () => ({ good: 0, bad: 0, excluded: 0, timeout: 0, ...sum }),
  eachFailing: () => undefined,
  percentile: () => percentile,
  keys: () => [],
});

describe('signals', () => {
  it('R17: success is good of good and bad, in per cent; below 100 outcomes it is unknown', () => {
    expect(readSuccessRate(windowsOf({ good: 99, bad: 1, excluded: 500 }), place).value).toBe(99);
    expect(readSuccessRate(windowsOf({ good: 98, bad: 1 }), place).value).toBe('unknown');
  });
  it('R19, R7: a percentile is milliseconds or a timeout', () => {
    expect(readLatency(windowsOf({ good: 100 }), place, 0.95).value).toBe(45);
    expect(readLatency(windowsOf({ good: 100 }, 'timeout'), place, 0.95).value).toBe('timeout');
    expect(readLatency(windowsOf({ good: 99 }), place, 0.95).value).toBe('unknown');
  });
  it('R19: a percentile is judged by what it is at least: six slow answers of a hundred prove nothing', () => {
    const sixPerCentSlow = (count: number): WindowReader => ({
      ...windowsOf({ good: count }),
      percentile: (_family, _key, rank) => (rank > 0.94 ? 150_000 : 45_000),
    });
    expect(readLatency(sixPerCentSlow(100), place, 0.95)).toMatchObject({ value: 150, atLeast: 45 });
    expect(readLatency(sixPerCentSlow(100_000), place, 0.95)).toMatchObject({ value: 150, atLeast: 150 });
  });
  it('C7, R28: a spike is per cent of the baseline, judged by its lower bound; without baseline unknown', () => {
    const spike = readErrorRateSpike(windowsOf({ good: 99_500, bad: 500 }), place, 0.0005);
    expect(spike.value).toBeCloseTo(1_000, 6);
    expect(spike.atLeast).toBeLessThan(1_000);
    expect(readErrorRateSpike(windowsOf({ good: 99_500, bad: 500 }), place, 'unknown').value).toBe('unknown');
    expect(readErrorRateSpike(windowsOf({ good: 40, bad: 9 }), place, 0.0005).value).toBe('unknown');
  });
});

describe('the baseline', () => {
  const never = (): boolean => false;
  const filled = (count: number, bad: number): Baseline => {
    const baseline = new Baseline();
    for (let minute = 0; minute < count; minute += 1) baseline.record({ minute, good: 10_000 - bad, bad });
    return baseline;
  };
  it('C7: is the failure ratio of the last hour, not below 0.05 %', () => {
    expect(filled(60, 20).ratioAt(61, never)).toBe(0.002);
    expect(filled(60, 0).ratioAt(61, never)).toBe(0.0005);
  });
  it('C7: leaves out the newest two minutes, what is older than an hour, and incidents', () => {
    const baseline = filled(60, 20);
    baseline.record({ minute: 60, good: 0, bad: 10_000 });
    expect(baseline.ratioAt(61, never)).toBe(0.002);
    expect(baseline.ratioAt(62, (minute) => minute === 60)).toBe(0.002);
    expect(baseline.ratioAt(62, never)).toBeGreaterThan(0.01);
    expect(filled(60, 20).ratioAt(200, never)).toBe('unknown');
  });
  it('is unknown below ten minutes or ten thousand outcomes', () => {
    expect(filled(9, 20).ratioAt(11, never)).toBe('unknown');
    expect(filled(10, 20).ratioAt(11, never)).toBe(0.002);
    const quiet = new Baseline();
    for (let minute = 0; minute < 10; minute += 1) quiet.record({ minute, good: 999, bad: 0 });
    expect(quiet.ratioAt(11, never)).toBe('unknown');
  });
});

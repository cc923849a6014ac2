import { SIGNAL_NAMES } from '#contracts';
import { Baseline } from './baseline.js';
import { readFixed, signalView } from './signal-view.fixture.js';
import { SIGNALS } from './signals.js';

const fleet = (good: number, bad: number, excluded = 0) => ({ fleet: { fleet: { good, bad, excluded } } });

describe('signals', () => {
  it('all names of the contract can be read, and none has a value without data', () => {
    for (const name of SIGNAL_NAMES) {
      const { about, unit, window, noData, scopes } = SIGNALS[name];
      expect([about, unit, window, noData].every((words) => words.length > 0)).toBe(true);
      expect(scopes.length).toBeGreaterThan(0);
    }
  });
  it('R17: success is good of good and bad, in per cent; below 100 outcomes it is unknown', () => {
    expect(readFixed('success_rate', signalView({ cells: fleet(99, 1, 500) })).value).toBe(99);
    expect(readFixed('success_rate', signalView({ cells: fleet(98, 1) })).value).toBe('unknown');
  });
  it('R17: with confidence success is judged by what it is at most: ten failures of 900 are chance, of 100 are not', () => {
    const read = (good: number, bad: number, confidence?: number) =>
      readFixed(
        'success_rate',
        signalView({ cells: fleet(good, bad) }),
        confidence === undefined ? {} : { confidence },
      );
    expect(read(890, 10).atLeast).toBeUndefined();
    expect(read(890, 10, 0.9).value).toBeCloseTo(98.89, 2);
    expect(read(890, 10, 0.9).atLeast).toBeGreaterThan(99);
    expect(read(90, 10, 0.9).atLeast).toBeLessThan(99);
  });
  it('R19, R7: a percentile is milliseconds or a timeout', () => {
    const at = (good: number, us: number | 'timeout') => signalView({ cells: fleet(good, 0), percentile: () => us });
    expect(readFixed('latency', at(100, 45_000)).value).toBe(45);
    expect(readFixed('latency', at(100, 'timeout')).value).toBe('timeout');
    expect(readFixed('latency', at(99, 45_000)).value).toBe('unknown');
  });
  it('R19: a percentile is judged by what it is at least: six slow answers of a hundred prove nothing', () => {
    const sixPerCentSlow = (good: number) =>
      signalView({
        cells: fleet(good, 0),
        percentile: (_family, _keys, rank) => (rank > 0.94 ? 150_000 : 45_000),
      });
    expect(readFixed('latency', sixPerCentSlow(100))).toMatchObject({ value: 150, atLeast: 45 });
    expect(readFixed('latency', sixPerCentSlow(100_000))).toMatchObject({ value: 150, atLeast: 150 });
  });
  it('C7, R28: a spike is per cent of the baseline, judged by its lower bound; without baseline unknown', () => {
    const spike = readFixed('error_rate_spike', signalView({ cells: fleet(99_500, 500), baseline: 0.0005 }));
    expect(spike.value).toBeCloseTo(1_000, 6);
    expect(spike.atLeast).toBeLessThan(1_000);
    expect(readFixed('error_rate_spike', signalView({ cells: fleet(99_500, 500) })).value).toBe('unknown');
    const few = signalView({ cells: fleet(40, 9), baseline: 0.0005 });
    expect(readFixed('error_rate_spike', few, { outcomesMin: 50 }).value).toBe('unknown');
  });
});

describe('the baseline', () => {
  const never = (): boolean => false;
  const filled = (count: number, bad: number): Baseline => {
    const baseline = new Baseline();
    for (let minute = 0; minute < count; minute += 1) baseline.record({ minute, good: 10_000 - bad, bad });
    return baseline;
  };
  it('C7: is the failure ratio of the last hours, not below 0.05 %', () => {
    expect(filled(60, 20).ratioAt(61, never)).toBe(0.002);
    expect(filled(60, 0).ratioAt(61, never)).toBe(0.0005);
  });
  it('C7: leaves out the newest two minutes, what is older than three hours, and incidents', () => {
    const baseline = filled(10, 20);
    baseline.record({ minute: 10, good: 0, bad: 10_000 });
    expect(baseline.ratioAt(11, never)).toBe(0.002);
    expect(baseline.ratioAt(12, (minute) => minute === 10)).toBe(0.002);
    expect(baseline.ratioAt(12, never)).toBeGreaterThan(0.01);
    expect(filled(60, 20).ratioAt(300, never)).toBe('unknown');
  });
  it('is unknown below ten minutes or ten thousand outcomes', () => {
    expect(filled(9, 20).ratioAt(11, never)).toBe('unknown');
    expect(filled(10, 20).ratioAt(11, never)).toBe(0.002);
    const quiet = new Baseline();
    for (let minute = 0; minute < 10; minute += 1) quiet.record({ minute, good: 999, bad: 0 });
    expect(quiet.ratioAt(11, never)).toBe('unknown');
  });
});

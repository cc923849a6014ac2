import { conditionOf } from './condition.js';

const rule = { comparison: 'above', threshold: 100, window: 300_000, for: 0, percentile: null };

describe('when a rule fires', () => {
  it('is said with its unit, of a latency with its percentile', () => {
    expect(conditionOf({ ...rule, signal: 'latency' })).toBe('latency p95 above 100 ms over 5 min');
    expect(conditionOf({ ...rule, signal: 'latency', percentile: 0.999, for: 30_000 })).toBe(
      'latency p99.9 above 100 ms over 5 min, for 30 s',
    );
    expect(conditionOf({ ...rule, signal: 'success_rate', comparison: 'below', threshold: 99.5, window: 60_000 })).toBe(
      'success rate below 99.5 % over 1 min',
    );
    expect(conditionOf({ ...rule, signal: 'dollars_per_minute' })).toBe('dollars per minute above $100 over 5 min');
  });
});

import { healthyCustomers } from './affected-customers.fixture.js';
import { BareCusum, delaysOf, healthyHours } from './detection.fixture.js';

const RUNS = 120;
const bare = (): BareCusum => new BareCusum();

describe('a healthy fleet', () => {
  it('does not page in 200 cell-hours, by the test or by the window of R17', () => {
    expect(healthyHours(200, 1)).toEqual({ byTest: 0, byWindow: 0 });
  });

  it('C3: shows an impact score above 100 at most once in 240,000 customer-hours', () => {
    const { pages, windows } = healthyCustomers(10_000, 24);
    expect(windows).toBe(240_000 * 60);
    expect(pages).toBeLessThanOrEqual(1);
  });
});

describe('how long it takes to find a fault', () => {
  it.each([100, 300, 1_000])('R104: at %i outcomes a second an outage is decided in p50 0.5 s, p99 1 s', (qps) => {
    for (const failing of [1, 0.77]) {
      const { p50, p99 } = delaysOf({ qps, failing }, RUNS);
      expect(p50).toBeLessThanOrEqual(0.5);
      expect(p99).toBeLessThanOrEqual(1);
    }
  });

  it.each([100, 300, 1_000])('at %i outcomes a second 10 %% failing are found in p50 2 s', (qps) => {
    expect(delaysOf({ qps, failing: 0.1 }, RUNS).p50).toBeLessThanOrEqual(2);
  });

  it.each([
    { qps: 1, failing: 1, p50: 11, p99: 21.6 },
    { qps: 10, failing: 1, p50: 1.2, p99: 2.1 },
    { qps: 10, failing: 0.1, p50: 13.4, p99: 26.8 },
    { qps: 100, failing: 0.77, p50: 0.27, p99: 0.45 },
    { qps: 100, failing: 0.1, p50: 1.45, p99: 2.7 },
    { qps: 1_000, failing: 0.77, p50: 0.13, p99: 0.26 },
    { qps: 1_000, failing: 0.1, p50: 0.29, p99: 0.43 },
  ])('the bare sum is as fast as was computed: $qps a second, $failing failing', ({ qps, failing, p50, p99 }) => {
    const delays = delaysOf({ qps, failing }, RUNS, bare);
    // To a tick, and to a fifth: p99 of 120 runs is no finer.
    expect(Math.abs(delays.p50 - p50)).toBeLessThanOrEqual(0.125 + 0.2 * p50);
    expect(Math.abs(delays.p99 - p99)).toBeLessThanOrEqual(0.25 + 0.35 * p99);
  });
});

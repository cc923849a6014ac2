import { healthyCustomers } from './affected-customers.fixture.js';
import { type Delays, delaysOf, healthyHours } from './detection.fixture.js';

const RUNS = 2_000;
const shown = ({ p50, p99 }: Delays): string => `${p50.toFixed(2)} / ${p99.toFixed(2)}`;

describe('detection, counted long', () => {
  it('does not alarm in 10,000 healthy cell-hours', () => {
    const alarms = healthyHours(1_000, 10, 2);
    console.table({ cellHours: 10_000, ...alarms });
    expect(alarms).toEqual({ byTest: 0, byWindow: 0 });
  });

  it('pages at most once in 240,000 customer-hours of counts, on each of ten days', () => {
    const days = Array.from({ length: 10 }, (_unused, day) => healthyCustomers(10_000, 24, day + 1));
    console.table(days);
    for (const { pages } of days) expect(pages).toBeLessThanOrEqual(1);
  });

  it('finds faults as fast as is promised', () => {
    const faults = [1, 10, 100, 1_000].flatMap((qps) => [1, 0.77, 0.1].map((failing) => ({ qps, failing })));
    const rows = faults.map((fault) => ({ ...fault, delays: delaysOf(fault, RUNS) }));
    console.table(rows.map(({ qps, failing, delays }) => ({ qps, failing, 'p50 / p99 s': shown(delays) })));
    for (const { qps, failing, delays } of rows) {
      const isOutage = failing > 0.5;
      if (qps < 100) continue;
      expect(delays.p50).toBeLessThanOrEqual(isOutage ? 0.5 : 2);
      expect(delays.p99).toBeLessThanOrEqual(isOutage ? 1 : 4);
    }
  });
});

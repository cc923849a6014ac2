import fc from 'fast-check';
import { BREAK_EVEN_RATIO, evidenceOf, FAILURE_NATS, SUCCESS_NATS, THRESHOLD_NATS, thresholdOf } from './likelihood.js';

describe('the evidence of outcomes', () => {
  it('is that of 5 % failing against 0.5 %', () => {
    expect(FAILURE_NATS).toBeCloseTo(2.3026, 4);
    expect(SUCCESS_NATS).toBeCloseTo(-0.04628, 5);
    expect(BREAK_EVEN_RATIO).toBeCloseTo(0.0197, 4);
  });

  it('follows from how often a healthy fleet may alarm', () => {
    expect(thresholdOf({ fleetQps: 10_000, everyS: 83 * 86_400 })).toBeCloseTo(THRESHOLD_NATS, 1);
    expect(thresholdOf({ fleetQps: 1_000_000, everyS: 365 * 86_400 })).toBeCloseTo(31, 0);
  });

  it('of one tick is never enough, and of two only where half fail', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.double({ min: 1, max: 64, noNaN: true }), (good, bad, phi) => {
        if (good + bad === 0) return;
        const evidence = evidenceOf(good, bad, phi, THRESHOLD_NATS);
        expect(evidence).toBeLessThan(THRESHOLD_NATS);
        expect(2 * evidence).toBeLessThanOrEqual(THRESHOLD_NATS * (4 * bad <= good + bad ? 1 : 1.5));
        expect(evidence).toBeLessThanOrEqual((bad * FAILURE_NATS + good * SUCCESS_NATS) / phi + 1e-9);
      }),
    );
  });

  it('does not move at the break-even', () => {
    expect(evidenceOf(1_000_000 * (1 - BREAK_EVEN_RATIO), 1_000_000 * BREAK_EVEN_RATIO, 1, 25)).toBeCloseTo(0, 6);
  });
});

import fc from 'fast-check';
import { OPEN_STEPS, type Second, TREND_STEPS, trendOf } from './trend.js';

const seconds = (count: number, good: number, bad: number): Second[] =>
  Array.from({ length: count }, () => ({ good, bad }));
/** Of seconds that are not over the failures are counted last, or first: neither may turn it. */
const OPEN = Array.from({ length: OPEN_STEPS }, () => ({ good: 0, bad: 900 }));

describe('whether it gets worse', () => {
  it('says so within a second of the fault that is over, and not by the one that is not', () => {
    const well = seconds(10, 999, 1);
    expect(trendOf([...well, ...OPEN])?.direction).toBe('steady');
    expect(trendOf([...well, { good: 770, bad: 230 }, ...OPEN])?.direction).toBe('worse');
  });

  it('is steady where it stays as bad as it is, and better while it recovers', () => {
    expect(trendOf([...seconds(10, 770, 230), ...OPEN])?.direction).toBe('steady');
    expect(trendOf([...seconds(5, 770, 230), ...seconds(5, 990, 10), ...OPEN])).toEqual({
      direction: 'better',
      newest: 0.99,
      before: 0.77,
    });
  });

  it('says nothing where nothing was asked', () => {
    expect(trendOf([])).toBeNull();
    expect(trendOf([...seconds(5, 999, 1), ...seconds(5, 0, 0), ...OPEN])).toBeNull();
  });

  it('says nothing of a blackout, as its seconds come: there, and without an answer', () => {
    const dark = Array.from({ length: 180 }, () => ({ good: 0, bad: 0 }));
    expect(trendOf([...seconds(420, 999, 1), ...dark])).toBeNull();
    expect(trendOf([...seconds(420, 999, 1), ...dark.slice(0, TREND_STEPS + OPEN_STEPS)])).toBeNull();
  });

  it('makes nothing of a few failures of few questions, nor of less than a tenth of a point', () => {
    expect(trendOf([...seconds(5, 10, 0), ...seconds(4, 10, 0), { good: 9, bad: 1 }, ...OPEN])?.direction).toBe(
      'steady',
    );
    expect(trendOf([...seconds(5, 999_900, 100), ...seconds(5, 999_000, 1_000), ...OPEN])?.direction).toBe('steady');
  });

  it('turned around in time it is turned around', () => {
    const second = fc.record({ good: fc.nat(1_000), bad: fc.nat(1_000) });
    const opposite = { worse: 'better', better: 'worse', steady: 'steady' } as const;
    fc.assert(
      fc.property(fc.array(second, { minLength: 2 * TREND_STEPS, maxLength: 2 * TREND_STEPS }), (whole) => {
        const forth = trendOf([...whole, ...OPEN]);
        const back = trendOf([...whole.toReversed(), ...OPEN]);
        expect(back?.direction).toBe(forth === null ? undefined : opposite[forth.direction]);
      }),
    );
  });
});

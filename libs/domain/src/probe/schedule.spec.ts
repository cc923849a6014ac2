import fc from 'fast-check';
import { dueOf, isRhythm, offsetOf, type Rhythm, type Series, takeDue } from './schedule.js';

const rhythm = fc
  .record({
    everyMs: fc.integer({ min: 1, max: 5_000 }),
    burst: fc.integer({ min: 1, max: 20 }),
    spacingMs: fc.integer({ min: 0, max: 300 }),
  })
  .filter(isRhythm);
const series = (of: Rhythm): Series => ({ rhythm: of, startMs: 1_000_000, offsetMs: of.everyMs - 1 });

describe('the schedule', () => {
  it('R59: what is due depends on the start alone: asked at any moments, the same probes are due by the same time', () => {
    const looks = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(rhythm, looks, (of, waitsMs) => {
        const one = series(of);
        let nowMs = one.startMs;
        const sent: number[] = [];
        for (const waitMs of waitsMs) {
          nowMs += waitMs;
          const { due, skipped } = takeDue(one, sent.length, nowMs, Number.POSITIVE_INFINITY);
          expect(skipped).toBe(0);
          sent.push(...due);
        }
        // The oracle counts one by one.
        let expected = 0;
        while (dueOf(one, expected) <= nowMs) expected += 1;
        expect(sent).toEqual(Array.from({ length: expected }, (_unused, n) => n));
      }),
    );
  });

  it('R59: is ascending', () => {
    fc.assert(
      fc.property(rhythm, fc.integer({ min: 0, max: 500 }), (of, n) => {
        expect(dueOf(series(of), n + 1)).toBeGreaterThanOrEqual(dueOf(series(of), n));
      }),
    );
  });

  it('R59: after a stall the newest are sent, and the rest are counted', () => {
    const one: Series = { rhythm: { everyMs: 500, burst: 1, spacingMs: 0 }, startMs: 0, offsetMs: 0 };
    expect(takeDue(one, 3, 1_000_000, 2)).toEqual({ due: [1_999, 2_000], skipped: 1_996 });
    expect(takeDue(one, 2_001, 1_000_000, 2)).toEqual({ due: [], skipped: 0 });
  });

  it('R59: bursts come close together, and each at its time', () => {
    const one: Series = { rhythm: { everyMs: 1_000, burst: 3, spacingMs: 5 }, startMs: 0, offsetMs: 100 };
    expect([0, 1, 2, 3, 4].map((n) => dueOf(one, n))).toEqual([100, 105, 110, 1_100, 1_105]);
  });

  it('R59: targets begin at moments of their own, the same after a restart', () => {
    const offsets = Array.from({ length: 100 }, (_unused, i) => offsetOf('p1', `n${i} normal`, 500));
    expect(offsets).toEqual(Array.from({ length: 100 }, (_unused, i) => offsetOf('p1', `n${i} normal`, 500)));
    expect(new Set(offsets).size).toBeGreaterThan(70);
    expect(Math.max(...offsets)).toBeLessThan(500);
    expect(offsetOf('p2', 'n1 normal', 500)).not.toBe(offsetOf('p1', 'n1 normal', 500));
  });
});

import fc from 'fast-check';
import { type DeliveryPace, draw, fullLanes, refill } from './pace.js';

const MINUTE_MS = 60_000;
const PAGERDUTY: DeliveryPace = { perMinute: 100, urgentPerMinute: 20 };

/** Draws for each of these moments; when each request left, and by which of the two kinds. */
const leaves = (pace: DeliveryPace, asked: readonly { readonly atMs: number; readonly isUrgent: boolean }[]) => {
  let lanes = fullLanes(pace, 0);
  return asked.filter(({ atMs, isUrgent }) => {
    lanes = refill(lanes, pace, atMs);
    const after = draw(lanes, isUrgent);
    lanes = after ?? lanes;
    return after !== undefined;
  });
};

const mostInAMinute = (times: readonly number[]): number =>
  Math.max(0, ...times.map((end) => times.filter((atMs) => atMs <= end && atMs > end - MINUTE_MS).length));

describe('the pace of a receiver', () => {
  it('B11: no sliding minute has more requests than it takes, nor more than may wait of what can', () => {
    const asked = fc.array(fc.record({ gapMs: fc.integer({ min: 0, max: 2_000 }), isUrgent: fc.boolean() }), {
      maxLength: 400,
    });
    const pace = fc.record({
      perMinute: fc.integer({ min: 6, max: 240 }),
      urgentPerMinute: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(asked, pace, (gaps, limits) => {
        let atMs = 0;
        const all = gaps.map(({ gapMs, isUrgent }) => ({ atMs: (atMs += gapMs), isUrgent }));
        const left = leaves(limits, all);
        const waiting = left.filter(({ isUrgent }) => !isUrgent);
        expect(mostInAMinute(left.map((each) => each.atMs))).toBeLessThanOrEqual(
          limits.perMinute + limits.urgentPerMinute,
        );
        expect(mostInAMinute(waiting.map((each) => each.atMs))).toBeLessThanOrEqual(limits.perMinute);
      }),
      { numRuns: 60 },
    );
  });

  it('B11: of a thousand that can wait a sixth of a minute leaves at once, the rest of it in that minute, and what is urgent passes them', () => {
    const storm = Array.from({ length: 1_000 }, () => ({ atMs: 0, isUrgent: false }));
    expect(leaves(PAGERDUTY, storm)).toHaveLength(16);
    expect(leaves(PAGERDUTY, [...storm, { atMs: 0, isUrgent: true }]).at(-1)).toEqual({ atMs: 0, isUrgent: true });
    const steady = Array.from({ length: 6_000 }, (_, index) => ({ atMs: index * 10, isUrgent: false }));
    expect(leaves(PAGERDUTY, steady)).toHaveLength(99);
  });

  it('B11: a receiver that counts seconds gets no more at once than it takes', () => {
    const storm = Array.from({ length: 100 }, (_, index) => ({ atMs: 0, isUrgent: index % 2 === 1 }));
    const left = leaves({ perMinute: 50, urgentPerMinute: 10, burst: 1 }, storm);
    expect(left.map(({ isUrgent }) => isUrgent)).toEqual([false, true]);
    const minute = Array.from({ length: 6_000 }, (_, index) => ({ atMs: index * 10, isUrgent: false }));
    expect(leaves({ perMinute: 50, urgentPerMinute: 10, burst: 1 }, minute)).toHaveLength(49);
  });

  it('a clock that is behind refills nothing, and a lane of one lets one leave', () => {
    const empty = { tokens: 0, urgentTokens: 0, atMs: 60_000 };
    expect(refill(empty, PAGERDUTY, 0)).toEqual(empty);
    expect(leaves({ perMinute: 1, urgentPerMinute: 0 }, [{ atMs: 0, isUrgent: true }])).toHaveLength(1);
  });
});

import fc from 'fast-check';
import { completenessBetween, type Seen } from './completeness.js';

const NONE: Seen = { observed: 0, dropped: 0, unseen: 0 };

describe('completenessBetween', () => {
  it.each([
    ['everything is seen and told', { observed: 100, dropped: 0, unseen: 0 }, 1],
    ['a tenth was dropped', { observed: 100, dropped: 10, unseen: 0 }, 0.9],
    ['a fifth could not be seen', { observed: 80, dropped: 0, unseen: 20 }, 0.8],
    ['nothing could be seen', { observed: 0, dropped: 0, unseen: 5 }, 0],
    ['all that was seen was dropped', { observed: 7, dropped: 7, unseen: 0 }, 0],
    ['more was dropped than was seen, since it was older', { observed: 10, dropped: 300, unseen: 0 }, 0],
  ])('%s', (_what, now, expected) => {
    expect(completenessBetween(NONE, now)).toBe(expected);
  });

  it('is not known when there was nothing', () => {
    expect(completenessBetween(NONE, NONE)).toBeUndefined();
    const before = { observed: 5, dropped: 1, unseen: 2 };
    expect(completenessBetween(before, before)).toBeUndefined();
  });

  it('looks at what is new alone, and is always a share', () => {
    const seen = fc.record({ observed: fc.nat(1e9), dropped: fc.nat(1e9), unseen: fc.nat(1e9) });
    fc.assert(
      fc.property(seen, seen, (before, more) => {
        const now = {
          observed: before.observed + more.observed,
          dropped: before.dropped + more.dropped,
          unseen: before.unseen + more.unseen,
        };
        const completeness = completenessBetween(before, now);
        expect(completeness).toBe(completenessBetween(NONE, more));
        expect(completeness ?? 0).toBeGreaterThanOrEqual(0);
        expect(completeness ?? 0).toBeLessThanOrEqual(1);
      }),
    );
  });
});

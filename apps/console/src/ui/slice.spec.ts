import fc from 'fast-check';
import { sliceOf } from './slice.js';

describe('the rows that are drawn', () => {
  it('are all that are in sight, and never many more', () => {
    const size = fc.integer({ min: 0, max: 400_000 });
    fc.assert(
      fc.property(
        size,
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        (top, height, count) => {
          const { first, end } = sliceOf(top, height, 32, count);
          expect(first).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(count);
          expect(end - first).toBeLessThanOrEqual(height / 32 + 26);
          for (let row = Math.floor(top / 32); row * 32 < top + height && row < count; row += 1)
            expect(row >= first && row < end).toBe(true);
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { askedOf } from './asked.js';

const NOW = Date.UTC(2021, 6, 22, 12);

describe('what is asked for a time', () => {
  it.each([
    [600_000, 600, 1_000],
    [600_000, 120, 5_000],
    [3_600_000, 600, 6_000],
    [6 * 3_600_000, 600, 60_000],
    [24 * 3_600_000, 600, 180_000],
  ])('of %i ms with %i steps has steps of %i ms', (length, stepsMax, step) => {
    expect(askedOf({ from: NOW - length, to: NOW }, stepsMax)).toEqual({ from: NOW - length, to: NOW, step });
  });

  it('is what the API answers: whole units, no more steps than were allowed, and a week at most', () => {
    const lengths = fc.integer({ min: 60_000, max: 30 * 86_400_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: NOW }),
        lengths,
        fc.integer({ min: 100, max: 600 }),
        (from, length, most) => {
          const asked = askedOf({ from, to: from + length }, most);
          const unit = length > 3_600_000 ? 60_000 : 1_000;
          expect([asked.from % unit, asked.to % unit, asked.step % unit]).toEqual([0, 0, 0]);
          expect((asked.to - asked.from) / asked.step).toBeLessThanOrEqual(most);
          expect(asked.to - asked.from).toBeLessThanOrEqual(7 * 86_400_000);
          expect(asked.to).toBeLessThanOrEqual(from + length);
        },
      ),
    );
  });
});

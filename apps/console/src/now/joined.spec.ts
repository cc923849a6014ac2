import fc from 'fast-check';
import { joined } from './joined.js';

const step = (second: number, value: string) => ({ from: new Date(second * 1_000).toISOString(), value });

describe('a series that is read on', () => {
  it('has its end anew, and drops what is too old', () => {
    const before = [step(1, 'a'), step(2, 'a'), step(3, 'a')];
    const read = [step(3, 'b'), step(4, 'b')];
    expect(joined(before, read, step(3, '').from, 3_000)).toEqual([step(2, 'a'), step(3, 'b'), step(4, 'b')]);
  });

  it('is what one reading of all of it would be, however it was cut', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, fc.integer({ min: 0, max: 3 }), (ends, again) => {
        const whole = Array.from({ length: 60 }, (_, second) => step(second, 'x'));
        const kept = ends
          .toSorted((one, other) => one - other)
          .reduce<readonly { from: string; value: string }[]>((steps, end) => {
            const begin = Math.max(0, (steps.length === 0 ? 0 : steps.length) - again);
            return joined(steps, whole.slice(begin, end), step(begin, '').from, 1e9);
          }, []);
        expect(kept).toEqual(whole.slice(0, Math.max(0, ...ends)));
      }),
    );
  });
});

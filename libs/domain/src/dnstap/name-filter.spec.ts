import fc from 'fast-check';
import { GENERATION_NAMES_MAX, GENERATION_US, NameFilter } from './name-filter.js';

const HOUR_US = 3_600_000_000;
/** Two hashes of the n-th name of a family; splitmix32, which gives every number another. */
const hashOf = (n: number, family: number): number => {
  let z = (Math.imul(n, 0x9e3779b9) + family) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
};
const add = (filter: NameFilter, n: number, nowUs: number): void => filter.add(hashOf(n, 1), hashOf(n, 2), nowUs);
const has = (filter: NameFilter, n: number, nowUs: number): boolean => filter.has(hashOf(n, 1), hashOf(n, 2), nowUs);

describe('the filter of recent names', () => {
  it('finds every name for 24 h, and is empty after 32 h in which none came: beside a list', () => {
    const step = fc.record({
      name: fc.nat(30),
      passedUs: fc.integer({ min: 0, max: 6 * HOUR_US }),
      isNew: fc.boolean(),
    });
    const property = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const filter = new NameFilter();
      const addedUs = new Map<number, number>();
      let nowUs = 1e15;
      for (const { name, passedUs, isNew } of steps) {
        nowUs += passedUs;
        if (isNew) {
          add(filter, name, nowUs);
          addedUs.set(name, nowUs);
        }
        const ofOneDay = [...addedUs.keys()].filter((known) => nowUs - addedUs.get(known)! <= 24 * HOUR_US);
        expect(ofOneDay.filter((known) => !has(filter, known, nowUs))).toEqual([]);
      }
      for (const known of addedUs.keys()) expect(has(filter, known, nowUs + 4 * GENERATION_US)).toBe(false);
    });
    fc.assert(property, { numRuns: 30 });
  });

  it('takes a name for a known one once in 10,000 times at most; when it is full it forgets the oldest, and counts that', () => {
    const filter = new NameFilter();
    for (let n = 0; n < 4 * GENERATION_NAMES_MAX; n += 1) add(filter, n, 1);
    expect(filter.fullGenerations).toBe(3);
    const found = (from: number, count: number): number => {
      let sum = 0;
      for (let n = from; n < from + count; n += 1) if (has(filter, n, 2)) sum += 1;
      return sum;
    };
    expect(found(10_000_000, 500_000)).toBeLessThan(50);
    expect(found(0, 1_000)).toBe(1_000);
    for (let n = 0; n < 1_000; n += 1) add(filter, 4 * GENERATION_NAMES_MAX + n, 2);
    expect(filter.fullGenerations).toBe(4);
    expect(found(0, 1_000)).toBeLessThan(10);
    expect(found(GENERATION_NAMES_MAX + 1_000, 1_000)).toBe(1_000);
  });
});

import fc from 'fast-check';
import { KeyRows } from './key-rows.js';

describe('rows of keys', () => {
  it('every key has a row of its own, always the same, and the row knows its key', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 200 }), (keys) => {
        const rows = new KeyRows();
        const rowOf = (key: number): number => {
          rows.reserve(key + 1);
          return rows.rowOf(key);
        };
        const first = keys.map(rowOf);
        expect(keys.map(rowOf)).toEqual(first);
        expect(new Set(first).size).toBe(new Set(keys).size);
        expect(first.map((row) => rows.keys[row])).toEqual(keys);
        expect(Math.max(...first)).toBeLessThan(rows.end);
      }),
    );
  });
});

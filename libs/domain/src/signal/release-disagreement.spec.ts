import fc from 'fast-check';
import { findDisagreements } from './release-disagreement.js';

const said = (release: string, nxdomain: number, answered: number) => ({ release, answered, nxdomain });

describe('disagreement between releases', () => {
  it('names the release that says NXDOMAIN more often than another, with shares and numbers', () => {
    const [found, ...more] = findDisagreements([said('v1', 20, 1_000), said('v2', 600, 1_000)]);
    expect(found).toMatchObject({ suspect: said('v2', 600, 1_000), other: said('v1', 20, 1_000) });
    expect(found?.apartAtLeast).toBeCloseTo(0.512, 2);
    expect(more).toEqual([]);
  });

  it('a canary of one per cent of the queries is enough', () => {
    expect(findDisagreements([said('v1', 2_000, 99_000), said('v2', 40, 150)])).toHaveLength(1);
  });

  it('is silent below 100 answers, below a tenth, and with one release alone', () => {
    expect(findDisagreements([said('v1', 0, 99), said('v2', 99, 99)])).toEqual([]);
    expect(findDisagreements([said('v1', 1_000, 100_000), said('v2', 10_900, 100_000)])).toEqual([]);
    expect(findDisagreements([said('v2', 1_000, 1_000)])).toEqual([]);
  });

  it('never names a release whose share is not the higher one, nor the same pair twice', () => {
    const releases = fc.array(
      fc.tuple(fc.nat(5_000), fc.double({ min: 0, max: 1, noNaN: true })).map(([answered, share]) => {
        return { answered, nxdomain: Math.round(answered * share) };
      }),
      { maxLength: 6 },
    );
    const property = fc.property(releases, (parts) => {
      const found = findDisagreements(parts.map((part, i) => ({ ...part, release: `v${i}` })));
      const shares = found.map(({ suspect, other, apartAtLeast }) => [
        suspect.nxdomain / suspect.answered - other.nxdomain / other.answered >= apartAtLeast,
        apartAtLeast > 0.1,
      ]);
      expect(shares.flat().every(Boolean)).toBe(true);
      expect(new Set(found.map(({ suspect }) => suspect.release)).size).toBe(found.length);
    });
    fc.assert(property);
  });
});

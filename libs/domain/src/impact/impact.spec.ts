import fc from 'fast-check';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import { type AffectedCustomer, affectedRatio } from './affected.js';
import { impactOf } from './impact.js';
import { wilsonLowerBound } from './wilson.js';

const affected = (
  count: number,
  tier: CatalogueCustomer['tier'],
  critical = false,
  failing = 0.5,
): AffectedCustomer[] =>
  Array.from({ length: count }, (_, index) => ({
    customer: { customerId: `${tier}-${index}`, name: `${tier} ${index}`, tier, critical },
    failing,
  }));

describe('the impact score', () => {
  it.each([
    [2, 100],
    [6, 500],
    [11, 1_000],
  ])('C1: %i tier-1 customers trip %i, one fewer does not', (count, threshold) => {
    expect(impactOf(affected(count, 'tier1')).score).toBeGreaterThan(threshold);
    expect(impactOf(affected(count - 1, 'tier1')).score).toBeLessThanOrEqual(threshold);
  });
  it('C2, R67-R69: money stands beside the score: 4 tier-1 customers lose $12M an hour', () => {
    const impact = impactOf([...affected(4, 'tier1'), ...affected(3, 'tier2'), ...affected(2, 'tier3')]);
    expect(impact).toMatchObject({ score: 432, dollarsPerMinute: 216_000, affectedCustomers: 9 });
    expect(impactOf(affected(4, 'tier1')).dollarsPerMinute * 60).toBe(12_000_000);
  });
  it('R11: critical customers come first, then money; at most 20 are named', () => {
    const { top } = impactOf([...affected(30, 'tier1'), ...affected(1, 'tier3', true)]);
    expect(top).toHaveLength(20);
    expect(top[0]).toMatchObject({ customerId: 'tier3-0' });
    expect(top[1]).toMatchObject({ tier: 'tier1' });
  });
  it('R11: names the first 20 of all in order: critical, money, share that fails, then id', () => {
    const hurt = fc.record({
      customerId: fc.integer({ min: 100, max: 999 }).map(String),
      tier: fc.constantFrom('tier1', 'tier2', 'tier3'),
      critical: fc.boolean(),
      failing: fc.constantFrom(0.1, 0.5, 0.9),
    });
    type Hurt = typeof hurt extends fc.Arbitrary<infer T> ? T : never;
    // As text that sorts like the urgency: tiers are named in order of money.
    const order = ({ critical, tier, failing, customerId }: Hurt): string =>
      `${critical ? 0 : 1} ${tier} ${1 - failing} ${customerId}`;
    fc.assert(
      fc.property(fc.uniqueArray(hurt, { maxLength: 60, selector: ({ customerId }) => customerId }), (all) => {
        const { top } = impactOf(all.map(({ failing, ...each }) => ({ customer: { ...each, name: '' }, failing })));
        const sorted = all.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
        expect(top.map(({ customerId }) => customerId)).toEqual(sorted.slice(0, 20).map((each) => each.customerId));
      }),
    );
  });
});

describe('an affected customer', () => {
  it('C3: needs 50 outcomes and confidence, not merely a ratio above 1 %', () => {
    expect(affectedRatio(0, 49)).toBeUndefined();
    expect(affectedRatio(48, 2)).toBeUndefined();
    expect(affectedRatio(47, 3)).toBe(0.06);
    expect(affectedRatio(985, 15)).toBeUndefined();
    expect(affectedRatio(9_850, 150)).toBe(0.015);
  });
  it('C3: the bound solves the score equation, and lies below the ratio', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
        const hits = Math.max(1, Math.round(share * count));
        const bound = wilsonLowerBound(hits, count);
        // By definition the ratio lies z standard errors of the bound above the bound.
        expect((hits / count - bound) / Math.sqrt((bound * (1 - bound)) / count)).toBeCloseTo(3.0902, 3);
      }),
    );
  });
});

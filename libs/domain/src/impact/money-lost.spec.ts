import fc from 'fast-check';
import { DEFAULT_IMPACT, TIERS } from '#contracts';
import { dollarsLost, type MoneyTold } from './money-lost.js';

describe('money lost', () => {
  it('B9, R100: equals the sum over whole seconds, wherever the tellings stand and whenever it is asked', () => {
    const telling = fc.record({
      at: fc.integer({ min: 0, max: 600 }),
      dollarsPerMinute: fc.integer({ min: 0, max: 60_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(telling, { maxLength: 20 }), fc.integer({ min: 0, max: 700 }), (all, until) => {
        const tellings = all.toSorted((a, b) => a.at - b.at);
        let perMinute = 0;
        for (let second = 0; second < until; second += 1) {
          const told = tellings.findLast(({ at }) => at <= second);
          perMinute += told?.dollarsPerMinute ?? 0;
        }
        const inMs = tellings.map((told): MoneyTold => ({ ...told, at: told.at * 1_000 }));
        expect(dollarsLost(inMs, until * 1_000)).toBe(perMinute / 60);
      }),
    );
  });
  it.each([
    ['R67', 'tier1', 180, 9_000_000],
    ['R68', 'tier2', 120, 600_000],
    ['R69', 'tier3', 90, 45_000],
  ] as const)('%s: a customer of %s that is down for %i minutes loses $%i', (_row, tier, minutes, dollars) => {
    expect(TIERS).toContain(tier);
    const told = [{ at: 0, dollarsPerMinute: DEFAULT_IMPACT.dollarsPerMinute[tier] }];
    expect(dollarsLost(told, minutes * 60_000)).toBe(dollars);
  });
});

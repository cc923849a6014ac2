import { type RateLimits, Rates } from './rates.js';

const LIMIT = { perSecond: 1, windowS: 2 };
const LIMITS: RateLimits = { view: LIMIT, act: LIMIT, telemetry: LIMIT, proved: LIMIT, stranger: LIMIT };

describe('the rates of a process', () => {
  it('keep callers and classes apart', () => {
    const rates = new Rates(LIMITS, () => 0);
    const spend = (name: 'view' | 'act', who: string) => rates.spend(name, who)?.refused;
    expect([spend('view', 'a'), spend('view', 'a'), spend('view', 'a')]).toEqual([
      undefined,
      undefined,
      'RATE_LIMITED',
    ]);
    expect([spend('view', 'b'), spend('act', 'a'), rates.isSpent('view', 'a'), rates.isSpent('view', 'b')]).toEqual([
      undefined,
      undefined,
      true,
      false,
    ]);
  });

  it('remember so many: beyond it, who came longest ago begins anew', () => {
    const rates = new Rates(LIMITS, () => 0, 3);
    for (const who of ['a', 'a', 'b', 'c', 'a']) rates.spend('view', who);
    expect(rates.isSpent('view', 'a')).toBe(true);
    rates.spend('view', 'd');
    rates.spend('view', 'd');
    // b came longest ago; a was refused meanwhile, and is remembered.
    expect(['a', 'd'].map((who) => rates.isSpent('view', who))).toEqual([true, true]);
    for (const who of ['e', 'f']) rates.spend('view', who);
    expect(rates.isSpent('view', 'a')).toBe(false);
  });
});

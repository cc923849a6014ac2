import { decideHealth, HEALTH_PASSES_MIN, HEALTH_PROBES } from './k-of-n.js';

/** The exact chance that a node passes, over all sequences of probes. */
const chanceToPass = (passRate: number, n: number, k: number): number => {
  let chance = 0;
  for (let sequence = 0; sequence < 2 ** n; sequence += 1) {
    const passes = Array.from({ length: n }, (_, i) => (sequence >> i) & 1).filter((bit) => bit === 1).length;
    if (decideHealth(passes, n, k).isHealthy) chance += passRate ** passes * (1 - passRate) ** (n - passes);
  }
  return chance;
};

describe('decideHealth', () => {
  it('R43: takes 5 probes, of which at least 4 must pass', () => {
    expect([HEALTH_PROBES, HEALTH_PASSES_MIN]).toEqual([5, 4]);
    expect([0, 1, 2, 3, 4, 5].map((passes) => decideHealth(passes).isHealthy)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(decideHealth(3).because).toBe('3 of 5 probes passed, at least 4 must');
  });

  it('R43: a node that passes 30 % of the time passes 3.1 % of the checks, 30 % with one probe', () => {
    expect(chanceToPass(0.3, HEALTH_PROBES, HEALTH_PASSES_MIN)).toBeCloseTo(0.03078, 12);
    expect(chanceToPass(0.3, 1, 1)).toBeCloseTo(0.3, 12);
  });

  it.each([
    [-1, 5, 4],
    [6, 5, 4],
    [1.5, 5, 4],
    [Number.NaN, 5, 4],
    [3, 5, 6],
    [0, 5, 0],
  ])('is not asked about %d of %d with %d needed', (passes, n, k) => {
    expect(() => decideHealth(passes, n, k)).toThrow('health');
  });
});

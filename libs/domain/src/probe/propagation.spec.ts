import fc from 'fast-check';
import { decidePropagation, type PropagationProbe, resolutionTimeMs } from './propagation.js';

const plan = { domains: ['delta.test', 'ups.test'], regions: ['eu', 'us'] };
const probeOf = (changes: Partial<PropagationProbe>): PropagationProbe => {
  return { round: 1, domain: 'delta.test', region: 'eu', isGood: true, resolutionMs: 10, ...changes };
};
/** Every cell of so many rounds, with one probe. */
const rounds = (count: number, isGood: PropagationProbe['isGood'] = true): PropagationProbe[] =>
  Array.from({ length: count }, (_unused, i) =>
    plan.domains.flatMap((domain) => plan.regions.map((region) => probeOf({ round: i + 1, domain, region, isGood }))),
  ).flat();
const at = (all: PropagationProbe[], isGood: PropagationProbe['isGood'], where: Partial<PropagationProbe>) =>
  all.map((probe) =>
    Object.entries(where).every(([key, value]) => probe[key as keyof PropagationProbe] === value)
      ? { ...probe, isGood }
      : probe,
  );
const verdictOf = (probes: readonly PropagationProbe[]): string => decidePropagation(plan, probes).verdict;

describe('propagation', () => {
  it('R59: has happened when all domains are good in all regions, three rounds in a row', () => {
    expect(decidePropagation(plan, rounds(3))).toMatchObject({
      verdict: 'recovered',
      reason: '2 domains good in 2 regions, 3 rounds in a row',
    });
    expect(verdictOf(rounds(2))).toBe('unknown');
    expect(verdictOf([])).toBe('unknown');
    expect(decidePropagation({ domains: [], regions: ['eu'] }, []).verdict).toBe('unknown');
  });

  it('R59: has not happened when one domain fails in one region in one of them, and that is said', () => {
    const probes = at(rounds(5), false, { round: 4, domain: 'ups.test', region: 'us' });
    const { verdict, reason, domains } = decidePropagation(plan, probes);
    expect([verdict, reason]).toEqual(['not_recovered', 'no good answer: ups.test in us, round 4']);
    expect([...domains]).toEqual([
      ['delta.test', 'recovered'],
      ['ups.test', 'not_recovered'],
    ]);
    // What failed before the last three is over.
    expect(verdictOf(at(rounds(5), false, { round: 2 }))).toBe('recovered');
  });

  it('R59: one probe of a region that agrees is enough; none that says anything is unknown', () => {
    const other = probeOf({ round: 3, isGood: false });
    expect(verdictOf([...rounds(3), other])).toBe('recovered');
    expect(verdictOf(at(rounds(3), undefined, { region: 'us' }))).toBe('unknown');
    expect(verdictOf(rounds(3).filter(({ region }) => region === 'eu'))).toBe('unknown');
  });

  it('R59: more bad evidence never makes it better', () => {
    const cell = fc.record({
      round: fc.integer({ min: 1, max: 3 }),
      domain: fc.constantFrom(...plan.domains),
      region: fc.constantFrom(...plan.regions),
    });
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 20 }), (cells) => {
        const probes = cells.reduce<PropagationProbe[]>((all, where) => at(all, false, where), rounds(3));
        expect(verdictOf(probes)).toBe(cells.length === 0 ? 'recovered' : 'not_recovered');
      }),
    );
  });

  it('R59: takes as long as in the slowest region, and without end where it fails', () => {
    const probes = [
      probeOf({ resolutionMs: 10 }),
      probeOf({ resolutionMs: 5 }),
      probeOf({ region: 'us', resolutionMs: 70 }),
      probeOf({ domain: 'ups.test', resolutionMs: 3 }),
    ];
    expect(resolutionTimeMs(plan, probes, 'delta.test')).toBe(70);
    expect(resolutionTimeMs(plan, probes, 'ups.test')).toBe(Number.POSITIVE_INFINITY);
    expect(resolutionTimeMs({ ...plan, regions: [] }, probes, 'delta.test')).toBe(Number.POSITIVE_INFINITY);
  });
});

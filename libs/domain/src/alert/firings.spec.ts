import { event, type Scope } from '#contracts';
import { evolveFirings, type Firing, FIRINGS_MAX, flappingOf } from './firings.js';

const reason = {
  rule: 'r',
  signal: 'external',
  text: '',
  value: null,
  threshold: 0,
  windowMs: 0,
  good: 0,
  bad: 0,
  tick: 1,
  coverage: 1,
};
const fires = (firings: readonly Firing[], scope: Scope, key: string, at: number): readonly Firing[] =>
  evolveFirings(
    firings,
    event('AlertFired', { alertId: `${key}@${at}`, rule: 'r', scope, key, severity: 'critical', reason, at }),
  );

describe('firings that are remembered', () => {
  it('a sender in a loop pushes out none of our own, and its own oldest first', () => {
    let firings = fires(fires([], 'fleet', 'fleet', 1), 'fleet', 'fleet', 2);
    for (let each = 0; each < FIRINGS_MAX + 10; each += 1) firings = fires(firings, 'external', `k${each}`, 10 + each);
    expect(firings).toHaveLength(FIRINGS_MAX + 2);
    expect(firings.some(({ key }) => key === 'k9')).toBe(false);
    expect(firings.some(({ key }) => key === 'k10')).toBe(true);
    expect(flappingOf(firings, 'r|fleet|fleet', 10_000)).toBe(3);
  });

  it('those that are older than half an hour are forgotten', () => {
    const firings = fires(fires([], 'fleet', 'fleet', 0), 'external', 'k', 1_800_001);
    expect(firings.map(({ key }) => key)).toEqual(['k']);
  });
});

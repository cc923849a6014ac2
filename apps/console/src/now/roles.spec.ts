import type { OpenIncident, RolloutNow } from './now-document.js';
import { rolesOf } from './roles.js';

const release = (softwareVersion: string) => ({ softwareVersion, configRev: 'c1' });
const rollout = (rolloutId: string, to: string, of: string, status: RolloutNow['status']): RolloutNow =>
  ({ rolloutId, status, release: release(to), previous: release(of) }) as RolloutNow;
const cause = (subjectId: string, of: string, verdict: OpenIncident['causes'][number]['verdict']) =>
  ({ subjectId, verdict, release: release(of) }) as OpenIncident['causes'][number];

describe('the part that a release has', () => {
  it('is that of the suspect, and of what ran before it', () => {
    const rollouts = [rollout('r2', 'v2', 'v1', 'running'), rollout('r1', 'v1', 'v0', 'completed')];
    expect(rolesOf([cause('r2', 'v2', 'proved')], rollouts)).toEqual(
      new Map([
        ['v1+c1', 'before'],
        ['v2+c1', 'suspect'],
      ]),
    );
  });

  it('without a suspicion is that of what goes out, which is nothing bad', () => {
    const rollouts = [rollout('r2', 'v2', 'v1', 'running')];
    const going = new Map([
      ['v1+c1', 'before'],
      ['v2+c1', 'new'],
    ]);
    expect(rolesOf([], rollouts)).toEqual(going);
    expect(rolesOf([cause('r2', 'v2', 'ruled_out')], rollouts)).toEqual(going);
    expect(rolesOf([], [rollout('r1', 'v1', 'v0', 'completed')]).size).toBe(0);
  });

  it('of a suspect whose rollout is no longer among the newest is the suspect all the same', () => {
    expect(rolesOf([cause('r0', 'v0', 'possible')], []).get('v0+c1')).toBe('suspect');
  });

  it('of what one rollout brought and the next replaces stays with the suspicion', () => {
    const rollouts = [rollout('r3', 'v3', 'v2', 'running'), rollout('r2', 'v2', 'v1', 'halted')];
    expect(rolesOf([cause('r2', 'v2', 'proved')], rollouts).get('v2+c1')).toBe('suspect');
  });
});

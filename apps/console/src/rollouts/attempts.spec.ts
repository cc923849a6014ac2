import { type Attempt, ATTEMPTS_MAX, audienceOf, reachedNodes, rolloutsBlamed, whyNotAgain } from './attempts.js';

const attempts = (...statuses: readonly Attempt['status'][]): readonly Attempt[] =>
  statuses.map((status) => ({ status }));

describe('whether a rollback can be asked for', () => {
  it('follows the newest attempt, whatever those before it came to', () => {
    expect(whyNotAgain([])).toBeUndefined();
    expect(whyNotAgain(attempts('running', 'stopped'))).toBe('A rollback of it is running.');
    expect(whyNotAgain(attempts('completed'))).toBe('A rollback of it is completed.');
    expect(whyNotAgain(attempts('requested', 'stopped'))).toMatch('asked for');
  });

  it('can after a refusal, a stop, and beside a proposal, which the server takes too', () => {
    for (const status of ['refused', 'stopped', 'proposed'] as const)
      expect([status, whyNotAgain(attempts(status, 'stopped'))]).toEqual([status, undefined]);
  });

  it('ends with the last attempt that there may be', () => {
    const stopped = Array.from({ length: ATTEMPTS_MAX }, () => ({ status: 'stopped' as const }));
    expect(whyNotAgain(stopped)).toMatch('stopped 10 times');
    expect(whyNotAgain([{ status: 'refused' }, ...stopped.slice(1)])).toBeUndefined();
  });
});

describe('what could be taken back for an incident', () => {
  const cause = (subjectId: string, verdict = 'possible', kind = 'release') => ({ kind, verdict, subjectId });

  it('is every release that is blamed, once, also without any rollback', () => {
    expect(rolloutsBlamed({ causes: [cause('ro2', 'proved'), cause('ro1')], rollbacks: [] })).toEqual(['ro2', 'ro1']);
    const rollbacks = [{ rolloutId: 'ro2' }, { rolloutId: 'ro2' }, { rolloutId: 'ro9' }, { rolloutId: null }];
    expect(rolloutsBlamed({ causes: [cause('ro2', 'proved')], rollbacks })).toEqual(['ro2', 'ro9']);
  });

  it('is no change of rules, and nothing that was ruled out', () => {
    expect(
      rolloutsBlamed({ causes: [cause('set1', 'possible', 'rules'), cause('ro1', 'ruled_out')], rollbacks: [] }),
    ).toEqual([]);
  });
});

describe('the nodes of a rollout', () => {
  it('are those that have it; without names it is for all', () => {
    expect(reachedNodes([{ nodes: ['a', 'b'] }, { nodes: ['b', 'c'] }])).toBe(3);
    expect([audienceOf([]), audienceOf(['a']), audienceOf(['a', 'b'])]).toEqual(['every node', '1 node', '2 nodes']);
  });
});

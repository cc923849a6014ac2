import type { Cause } from '#contracts';
import type { IncidentReport } from '../incident-report.js';
import { rollbackOf } from './reply-acts.js';

const cause = (id: string, verdict: Cause['verdict'], kind: Cause['kind'] = 'release', score = 0.05) => {
  return { id, verdict, kind, score };
};
const reportOf = (...causes: readonly Pick<Cause, 'id' | 'verdict' | 'kind' | 'score'>[]): IncidentReport =>
  // What else a report says, nothing here asks for.
  ({ rollbacks: [], incident: { causes } }) as unknown as IncidentReport;

describe('what a reply rolls back', () => {
  it.each([
    ['what is proved, though others are possible', [cause('a', 'proved'), cause('b', 'possible')], 'a'],
    ['the only one that is possible', [cause('a', 'possible'), cause('b', 'ruled_out')], 'a'],
    ['the one that its gate speaks for', [cause('a', 'possible', 'release', 0.5), cause('b', 'possible')], 'a'],
    ['a release, not the rules', [cause('r', 'possible', 'rules'), cause('a', 'possible')], 'a'],
  ])('is %s', (_, causes, rolloutId) => {
    expect(rollbackOf(reportOf(...causes))).toEqual({ rolloutId });
  });

  it.each([
    ['nothing is known', []],
    ['all are ruled out', [cause('a', 'ruled_out')]],
    ['several may explain it', [cause('a', 'possible'), cause('b', 'possible')]],
    ['something speaks for two', [cause('a', 'possible', 'config', 0.5), cause('b', 'possible', 'release', 0.37)]],
  ])('is refused where %s', (_, causes) => {
    expect(rollbackOf(reportOf(...causes))).toMatchObject({ refused: 'ROLLBACK_NOT_PROPOSED' });
  });
});

import type { Cause } from '#contracts';
import type { IncidentReport } from '../incident-report.js';
import { rollbackOf } from './reply-acts.js';

const cause = (id: string, verdict: Cause['verdict'], kind: Cause['kind'] = 'release') => ({ id, verdict, kind });
const reportOf = (...causes: readonly Pick<Cause, 'id' | 'verdict' | 'kind'>[]): IncidentReport =>
  // What else a report says, nothing here asks for.
  ({ rollbacks: [], incident: { causes } }) as unknown as IncidentReport;

describe('what a reply rolls back', () => {
  it.each([
    ['what is proved, though others are possible', [cause('a', 'proved'), cause('b', 'possible')], 'a'],
    ['the only one that is possible', [cause('a', 'possible'), cause('b', 'ruled_out')], 'a'],
    ['a release, not the rules', [cause('r', 'possible', 'rules'), cause('a', 'possible')], 'a'],
  ])('is %s', (_, causes, rolloutId) => {
    expect(rollbackOf(reportOf(...causes))).toEqual({ rolloutId });
  });

  it.each([
    ['nothing is known', []],
    ['all are ruled out', [cause('a', 'ruled_out')]],
    ['several may explain it', [cause('a', 'possible'), cause('b', 'possible')]],
  ])('is refused where %s', (_, causes) => {
    expect(rollbackOf(reportOf(...causes))).toMatchObject({ refused: 'ROLLBACK_NOT_PROPOSED' });
  });
});

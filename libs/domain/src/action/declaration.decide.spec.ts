import { event, type Reason } from '#contracts';
import { given } from '#testing';
import type { Alert } from '../alert/alert.js';
import { evolveIncident, type Incident } from '../incident/incident.js';
import { type DeclarationCase, decideDeclaration } from './declaration.decide.js';

const reason = { rule: 'r', signal: 's', text: 'success 50 % < 99 %' } as Reason;
const opened = event('IncidentOpened', {
  incidentId: 'i1',
  title: 'T',
  severity: 'critical',
  alertId: 'a1',
  rule: 'r',
  scope: 'fleet',
  key: 'fleet',
  reason,
  impact: { affectedCustomers: 0, byTier: { tier1: 0, tier2: 0, tier3: 0 }, score: 0, dollarsPerMinute: 0, top: [] },
  at: 1_000,
});
const critical: Alert = {
  alertId: 'a1',
  rule: 'r',
  scope: 'fleet',
  key: 'fleet',
  severity: 'critical',
  state: 'firing',
  firedAtMs: 1,
  firedSlot: 0,
  reason,
};
const declared = (because: string) =>
  event('IncidentDeclared', { incidentId: 'i1', priority: 'P0', because, at: 2_000 });
const declares = (found: Partial<DeclarationCase>) => (incident: Incident | undefined) =>
  incident === undefined ? [] : decideDeclaration(incident, { critical: [], rollback: undefined, at: 2_000, ...found });

describe('the highest priority', () => {
  it('R48: is declared by a critical rule, which comes before a rollback as the reason', () => {
    given(evolveIncident, opened)
      .when(declares({ critical: [critical], rollback: 'release v2' }))
      .thenEvents(declared('critical rule r: success 50 % < 99 %'));
  });
  it('R48: is declared by the decision of a rollback alone', () => {
    given(evolveIncident, opened)
      .when(declares({ rollback: 'success 94 % < 95 %' }))
      .thenEvents(declared('rollback: success 94 % < 95 %'));
  });
  it('R48: is declared by neither, or again, by nothing', () => {
    given(evolveIncident, opened).when(declares({})).thenNothing();
    given(evolveIncident, opened, declared('x'))
      .when(declares({ critical: [critical] }))
      .thenNothing();
  });
});

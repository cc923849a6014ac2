import { event } from '#contracts';
import { decideResolutionRequest, isEndedByWord } from './resolution.decide.js';

const acting = { by: 'operator:ann', at: 7 };
const alert = {
  alertId: 'al1',
  rule: 'external:prometheus:DiskFull',
  scope: 'external',
  state: 'firing',
  incidentId: null,
} as const;

describe('an alert that somebody says is over', () => {
  it('of another system: who said so is recorded, and why, where they said it', () => {
    const said = { alertId: 'al1', by: 'operator:ann', at: 7 };
    expect(decideResolutionRequest(alert, undefined, acting)).toEqual(event('AlertResolutionRequested', said));
    expect(decideResolutionRequest({ ...alert, state: 'unknown', incidentId: 'in1' }, 'fixed there', acting)).toEqual(
      event('AlertResolutionRequested', { ...said, incidentId: 'in1', comment: 'fixed there' }),
    );
  });

  it('is refused where it is over, of our own, or the one about too many', () => {
    expect(decideResolutionRequest({ ...alert, state: 'resolved' }, 'x', acting)).toMatchObject({
      refused: 'ALERT_NOT_OPEN',
    });
    const own = { ...alert, rule: 'customer_impact', scope: 'fleet' } as const;
    const overflow = { ...alert, rule: 'external:overflow' };
    for (const other of [own, overflow])
      expect(decideResolutionRequest(other, 'x', acting)).toMatchObject({ refused: 'ALERT_NOT_EXTERNAL' });
    expect([alert, own, overflow].map(isEndedByWord)).toEqual([true, false, false]);
  });
});

import { describeEvent } from './describe-event.js';

describe('one line of text of an event', () => {
  it('R8: of spillover says provider, level and what was counted', () => {
    const data = {
      incidentId: 'i-1',
      provider: 'route53',
      level: 'rising',
      ratio: 4,
      because: 'queries +300 % (8000 a second, usually 2000)',
    };
    const recorded = { event: { type: 'SpilloverObserved', data } } as unknown as Parameters<typeof describeEvent>[0];
    expect(describeEvent(recorded)).toBe(
      'provider route53, level rising, because queries +300 % (8000 a second, usually 2000)',
    );
  });

  it('R36: of a gate says how much of what failed, and why it decided', () => {
    const line = (type: string, data: object) =>
      describeEvent({ event: { type, data } } as unknown as Parameters<typeof describeEvent>[0]);
    const counts = { cohort: { good: 230, bad: 770 }, control: { good: 9_995, bad: 5 } };
    expect(line('GateMeasured', { stage: 'canary', phase: 'baking', ...counts })).toBe(
      'stage canary, phase baking, cohort 770 of 1000 bad, control 5 of 10000 bad',
    );
    expect(line('GateDecided', { stage: 'canary', phase: 'baking', verdict: 'roll_back', because: 'it fails' })).toBe(
      'stage canary, phase baking, verdict roll_back, because it fails',
    );
  });
});

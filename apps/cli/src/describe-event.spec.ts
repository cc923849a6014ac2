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
});

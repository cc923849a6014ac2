import { gapsOfPlan } from './gaps.js';
import { onCallNow } from './on-call-now.js';
import { onCallPlan } from './plan.fixture.js';

const at = (text: string): number => Date.parse(`${text}:00Z`);
const [primary] = onCallPlan().schedules;
const override = (person: string, from: string, until: string) => ({
  scheduleOverrideId: 'o1',
  schedule: 'primary',
  person,
  fromMs: at(from),
  untilMs: at(until),
});

describe('onCallNow', () => {
  it('says who, until when, and who follows', () => {
    expect(onCallNow(primary!, [], at('2026-03-24T12:00'))).toEqual({
      person: 'bob',
      scheduleOverrideId: undefined,
      // The clocks change on the 29th: 09:00 is an hour earlier.
      untilMs: at('2026-03-30T07:00'),
      next: { person: 'ann', fromMs: at('2026-03-30T07:00') },
    });
  });

  it('an override of the same person changes nobody', () => {
    const overrides = [override('bob', '2026-03-25T00:00', '2026-03-26T00:00')];
    expect(onCallNow(primary!, overrides, at('2026-03-24T12:00')).untilMs).toBe(at('2026-03-30T07:00'));
  });

  it('before a rotation begins nobody is on call', () => {
    expect(onCallNow(primary!, [], at('2026-01-01T00:00'))).toMatchObject({
      person: undefined,
      next: { person: 'ann', fromMs: at('2026-01-05T08:00') },
    });
  });

  it('of one person for ever nothing follows', () => {
    const alone = { ...primary!, rotations: [{ ...primary!.rotations[0]!, people: ['ann'] }] };
    expect(onCallNow(alone, [], at('2026-03-24T12:00'))).toMatchObject({ person: 'ann', untilMs: null, next: null });
  });
});

describe('gaps of a plan', () => {
  const span = { fromMs: at('2026-01-05T00:00'), untilMs: at('2026-02-01T00:00') };

  it('are filled by overrides, not by those of who has left', () => {
    const gap = { schedule: 'primary', fromMs: span.fromMs, untilMs: at('2026-01-05T08:00') };
    expect(gapsOfPlan(onCallPlan(), [], span)).toEqual([gap]);
    const filled = override('vera', '2026-01-05T00:00', '2026-01-05T06:00');
    expect(gapsOfPlan(onCallPlan(), [filled], span)).toEqual([{ ...gap, fromMs: at('2026-01-05T06:00') }]);
    expect(gapsOfPlan(onCallPlan(), [{ ...filled, person: 'gone' }], span)).toEqual([gap]);
  });
});

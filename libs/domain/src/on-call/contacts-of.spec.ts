import type { CalledTarget } from '#contracts';
import { contactsOf } from './contacts-of.js';
import { onCallPlan } from './plan.fixture.js';
import type { ScheduleOverride } from './schedule-override.js';

const MONDAY = Date.parse('2026-01-05T08:00:00Z');
const WEEK_MS = 7 * 86_400_000;
const plan = onCallPlan();
const override = (person: string): ScheduleOverride => ({
  scheduleOverrideId: 'o1',
  schedule: 'primary',
  person,
  fromMs: MONDAY,
  untilMs: MONDAY + 1_000,
});
const reached = (
  targets: readonly CalledTarget[],
  { at = MONDAY, overrides = [] as readonly ScheduleOverride[], of = plan } = {},
) => {
  const { reached: found, nobody } = contactsOf(of, overrides, targets, at);
  return [
    ...found.map(({ contact, person }) => `${person ?? '-'} ${contact.channel} ${contact.address ?? ''}`.trim()),
    ...nobody,
  ];
};

describe('contactsOf', () => {
  it('a schedule is whoever it names then', () => {
    expect(reached([{ schedule: 'primary' }])).toEqual(['ann pagerduty', 'ann email ann@example.com']);
    expect(reached([{ schedule: 'primary' }], { at: MONDAY + WEEK_MS })).toEqual([
      'bob email bob@example.com',
      'bob slack',
    ]);
  });

  it('an override goes before, for as long as it lasts', () => {
    const overrides = [override('vera')];
    expect(reached([{ schedule: 'primary' }], { overrides })).toEqual(['vera slack']);
    expect(reached([{ schedule: 'primary' }], { overrides, at: MONDAY + 1_000 })).toContain('ann pagerduty');
  });

  it('an override of who is not in the plan any more leaves whom the schedule names', () => {
    expect(reached([{ schedule: 'primary' }], { overrides: [override('gone')] })).toContain('ann pagerduty');
  });

  it('R47: the vp is a person, or whoever a schedule names', () => {
    expect(reached([{ vp: true }])).toEqual(['vera slack']);
    expect(reached([{ vp: true }], { of: onCallPlan({ vp: { schedule: 'primary' } }) })).toContain('ann pagerduty');
  });

  it('a contact is reached once, for whom it was asked first', () => {
    expect(reached([{ channel: 'slack' }, { person: 'bob' }, { vp: true }])).toEqual([
      '- slack',
      'bob email bob@example.com',
    ]);
  });

  it('tells each target that reaches nobody', () => {
    const { vp: _vp, ...without } = plan;
    const targets: CalledTarget[] = [{ schedule: 'primary' }, { schedule: 'x' }, { person: 'zoe' }, { vp: true }];
    expect(reached(targets, { at: MONDAY - 1, of: without })).toEqual([
      'schedule primary names nobody',
      'schedule x is not in the plan',
      'zoe is not in the plan',
      'the plan names no vp',
    ]);
  });
});

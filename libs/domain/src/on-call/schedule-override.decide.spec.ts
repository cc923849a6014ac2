import { isRefusal } from '#contracts';
import { onCallPlan } from './plan.fixture.js';
import { type AskingOverride, decideOverrideWithdrawal, decideScheduleOverride } from './schedule-override.decide.js';

const NOW = Date.parse('2026-02-01T12:00:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const wanted = { schedule: 'primary', person: 'vera', untilMs: NOW + HOUR_MS, comment: 'a dentist' };
const asking: AskingOverride = {
  scheduleOverrideId: 'o1',
  by: 'user:ann',
  nowMs: NOW,
  standing: 0,
  plan: onCallPlan(),
};

describe('an override of a schedule', () => {
  it('begins now, also when it was to begin before', () => {
    const decided = decideScheduleOverride({ ...wanted, fromMs: NOW - HOUR_MS }, asking);
    expect(decided).toEqual([
      {
        type: 'ScheduleOverridden',
        data: { scheduleOverrideId: 'o1', ...wanted, fromMs: NOW, by: 'user:ann', at: NOW },
      },
    ]);
    expect(decideScheduleOverride(wanted, asking)).toEqual(decided);
  });

  it('may begin later', () => {
    const later = { ...wanted, fromMs: NOW + DAY_MS, untilMs: NOW + 2 * DAY_MS };
    expect(decideScheduleOverride(later, asking)).toMatchObject([{ data: { fromMs: NOW + DAY_MS } }]);
  });

  it.each([
    ['when no plan is loaded', {}, { plan: undefined }, 'ON_CALL_UNSET', undefined],
    ['of a schedule that is not there', { schedule: 'x' }, {}, 'BODY_INVALID', '/schedule'],
    ['by a person who is not there', { person: 'x' }, {}, 'BODY_INVALID', '/person'],
    ['that is over', { untilMs: NOW }, {}, 'BODY_INVALID', '/untilMs'],
    ['of more than a quarter', { untilMs: NOW + 93 * DAY_MS }, {}, 'BODY_INVALID', '/untilMs'],
    ['in two years', { fromMs: NOW + 700 * DAY_MS, untilMs: NOW + 701 * DAY_MS }, {}, 'BODY_INVALID', '/fromMs'],
    ['beside 500 others', {}, { standing: 500 }, 'SCHEDULE_OVERRIDES_TOO_MANY', undefined],
  ])('%s is refused', (_what, changes, ask, refused, at) => {
    const decided = decideScheduleOverride({ ...wanted, ...changes }, { ...asking, ...ask });
    expect(isRefusal(decided) ? [decided.refused, decided.at] : decided).toEqual([refused, at]);
  });

  it('is withdrawn once, and not when it is over', () => {
    const standing = { ...wanted, scheduleOverrideId: 'o1', fromMs: NOW, withdrawnAt: null };
    expect(decideOverrideWithdrawal(standing, asking)).toEqual([
      { type: 'ScheduleOverrideWithdrawn', data: { scheduleOverrideId: 'o1', by: 'user:ann', at: NOW } },
    ]);
    expect(decideOverrideWithdrawal({ ...standing, withdrawnAt: NOW }, asking)).toEqual([]);
    expect(decideOverrideWithdrawal({ ...standing, untilMs: NOW }, asking)).toEqual([]);
  });
});

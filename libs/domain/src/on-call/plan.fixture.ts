import { type OnCallPlan, onCallPlanSchema } from '#contracts';

/** A plan with everything in it, and nothing wrong: from 2026-01-05 on nobody is ever missing. */
export const onCallPlan = (changes: Partial<OnCallPlan> = {}): OnCallPlan =>
  onCallPlanSchema.parse({
    people: [
      { person: 'ann', contacts: [{ channel: 'pagerduty' }, { channel: 'email', address: 'ann@example.com' }] },
      { person: 'bob', contacts: [{ channel: 'email', address: 'bob@example.com' }, { channel: 'slack' }] },
      { person: 'vera', contacts: [{ channel: 'slack' }] },
    ],
    schedules: [
      {
        schedule: 'primary',
        timeZone: 'Europe/Berlin',
        rotations: [{ people: ['ann', 'bob'], startsAt: '2026-01-05T09:00', shiftDays: 7 }],
      },
    ],
    vp: { person: 'vera' },
    policies: [
      {
        policy: 'default',
        levels: [
          { call: [{ schedule: 'primary' }], waitMs: 240_000 },
          { call: [{ vp: true }], waitMs: 300_000 },
        ],
        repeats: 2,
        raises: [{ severity: 'critical', toLevel: 2 }],
        acknowledgedForMs: 1_800_000,
      },
    ],
    ...changes,
  });

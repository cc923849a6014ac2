import { event, onCallPlanSchema, streamOf } from '#contracts';
import { type Chapter, HISTORY_AT_MS as T } from './event-history-parts.fixture.js';

const HOUR_MS = 3_600_000;

/** A plan of two people who take turns. */
export const historyPlan = onCallPlanSchema.parse({
  people: ['ann', 'bob'].map((person) => ({ person, contacts: [{ channel: 'pagerduty' }] })),
  schedules: [
    {
      schedule: 'primary',
      timeZone: 'UTC',
      rotations: [{ people: ['ann', 'bob'], startsAt: '2021-07-05T09:00', shiftDays: 7 }],
    },
  ],
  policies: [
    {
      policy: 'default',
      levels: [{ call: [{ schedule: 'primary' }], waitMs: 300_000 }],
      repeats: 1,
      raises: [],
      acknowledgedForMs: null,
    },
  ],
});

const loaded = (version: number, isFile?: boolean) =>
  event('OnCallLoaded', {
    version,
    sha256: `${version}`.repeat(64),
    source: 'on-call.yml',
    ...(isFile !== undefined && { isFile }),
    plan: historyPlan,
    at: T + version,
  });
const overridden = (scheduleOverrideId: string, fromMs: number) =>
  event('ScheduleOverridden', {
    scheduleOverrideId,
    schedule: 'primary',
    person: 'bob',
    fromMs,
    untilMs: fromMs + HOUR_MS,
    by: 'user:alice',
    comment: 'a dentist',
    at: T + 10,
  });

/** Plans, overrides of which one is withdrawn, and a file that is refused. */
export const onCallChapter: Chapter = [
  [
    streamOf.onCall,
    0,
    [
      loaded(1),
      overridden('so1', T),
      overridden('so2', T + HOUR_MS),
      loaded(2, true),
      event('ScheduleOverrideWithdrawn', { scheduleOverrideId: 'so1', by: 'user:alice', at: T + 20 }),
    ],
  ],
  [
    streamOf.onCallReload,
    0,
    [
      event('OnCallReloadAsked', { at: T }),
      event('OnCallRefused', { source: 'on-call.yml', problems: ['on-call.yml:1:1: wrong'], at: T }),
      event('OnCallUnchanged', { source: 'on-call.yml', at: T + 1 }),
      event('OnCallRefused', { source: 'on-call.yml', problems: ['on-call.yml:2:1: wrong again'], at: T + 2 }),
    ],
  ],
];

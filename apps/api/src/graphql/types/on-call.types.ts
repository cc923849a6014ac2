import type { CalledTarget, OnCallPlan, Policy } from '#contracts';
import { duration, flag, many, maybe, moment, number, objectType, one, text, whole, rawId } from '../schema/define.js';
import * as words from './words.js';

const NextPersonType = objectType(
  'NextPerson',
  { about: 'Who comes next in a schedule.' },
  { person: maybe(text('Null: nobody.')), from: moment('From when on.', { from: 'fromMs' }) },
);

/** Who a schedule names now. */
export const ScheduleNowType = objectType(
  'ScheduleNow',
  { about: 'Who a schedule names now.' },
  {
    schedule: text('Its name.'),
    timeZone: text('IANA.'),
    person: maybe(text('Null: nobody.')),
    scheduleOverrideId: maybe(rawId('The override by which it is; null: by its rotations.')),
    until: maybe(moment('Null: nothing changes within 90 days.', { from: 'untilMs' })),
    next: maybe(one(() => NextPersonType, 'Who comes then.')),
  },
);

/** A time at which a schedule names nobody. */
export const GapType = objectType(
  'OnCallGap',
  { about: 'A time at which a schedule names nobody.' },
  {
    schedule: text('Which.'),
    from: moment('Its beginning.', { from: 'fromMs' }),
    until: moment('Its end.', { from: 'untilMs' }),
  },
);

/** Somebody takes the place of whoever a schedule names. */
export const ScheduleOverrideType = objectType(
  'ScheduleOverride',
  { about: 'Somebody takes the place of whoever a schedule names.' },
  {
    scheduleOverrideId: rawId('Its id.'),
    schedule: text('Of which schedule.'),
    person: text('Who.'),
    from: moment('From when on.', { from: 'fromMs' }),
    until: moment('Until when.', { from: 'untilMs' }),
    madeBy: text('Who said so.'),
    comment: text('Why.'),
    madeAt: moment('When.'),
    withdrawnAt: maybe(moment('Null: it stands.')),
    withdrawnBy: maybe(text('Who withdrew it.')),
  },
);

/** An override, and what it changes. */
export const OverriddenScheduleType = objectType(
  'OverriddenSchedule',
  { about: 'An override, and what it changes.' },
  {
    override: one(() => ScheduleOverrideType, 'The override.'),
    fills: many(one(() => GapType, 'Nobody was on call, and now somebody is.')),
    opens: many(one(() => GapType, 'Somebody was on call, and now nobody is.')),
    gaps: many(one(() => GapType, 'Of the schedule, in the next 30 days.')),
  },
);

const ReachedType = objectType(
  'Reached',
  { about: 'A way to somebody, without its address.' },
  { person: maybe(text('Who; null: whom the channel reaches by itself.')), channel: text('Through which channel.') },
);

const LevelNowType = objectType(
  'LevelNow',
  { about: 'Whom a level of a policy would call now.' },
  {
    level: whole('From 1.'),
    wait: duration('How long they have to acknowledge.', { from: 'waitMs' }),
    reached: many(one(() => ReachedType, 'Who is reached.')),
    nobody: many(text('Targets that reach nobody, and why.')),
  },
);

const PolicyNowType = objectType(
  'PolicyNow',
  { about: 'A policy, with whom it would call now.' },
  { policy: text('Its name.'), levels: many(one(() => LevelNowType, 'In order.')) },
);

/** Something about a plan. */
export const FindingType = objectType(
  'OnCallFinding',
  { about: 'Something about a plan.' },
  { pointer: text('Where in the plan, as a JSON pointer.'), detail: text('In words.') },
);

const ReloadType = objectType(
  'FileReload',
  { about: 'What became of the last wish to read files again.' },
  {
    askedAt: maybe(moment('Null: nobody asked yet.')),
    askedBy: maybe(text('Who.')),
    refusedAt: maybe(moment('Null: nothing was refused since the last load.')),
    refusedSource: maybe(text('What was refused.')),
    refusedProblems: maybe(many(text('Why.'))),
  },
);

const origin = {
  version: whole('Counts the plans, from 1.'),
  sha256: text('Of the plan.'),
  source: text('Where it comes from.'),
  isFile: flag('Whether a file holds it.'),
  loadedAt: moment('When.'),
  loadedBy: text('Who.'),
};

/** Where the plan in force comes from. */
export const PlanOriginType = objectType('PlanOrigin', { about: 'Where the plan in force comes from.' }, origin);

/** Who is on call. */
export const OnCallType = objectType(
  'OnCall',
  { about: 'Who is on call.' },
  {
    at: moment('At this moment.', { from: 'atMs' }),
    plan: maybe(one(() => PlanOriginType, 'Null: none was loaded, and every channel for pages gets every page.')),
    schedules: many(one(() => ScheduleNowType, 'Each.')),
    policies: many(one(() => PolicyNowType, 'Each.')),
    gaps: many(one(() => GapType, 'Of the next 30 days.')),
    overrides: many(one(() => ScheduleOverrideType, 'Those that stand.')),
    warnings: many(one(() => FindingType, 'About the plan.')),
    lastReload: maybe(one(() => ReloadType, 'Null: it was never asked for.')),
  },
);

const ContactType = objectType(
  'Contact',
  { about: 'A way to reach somebody.', needs: 'operate' },
  { channel: text('Through which channel.'), address: maybe(text('Which of its receivers.')) },
);

const PersonType = objectType(
  'Person',
  { about: 'Somebody who may be called.' },
  {
    person: text('By this name in schedules.'),
    name: maybe(text('For people.')),
    contacts: many(one(() => ContactType, 'In order.')),
  },
);

const RotationType = objectType(
  'Rotation',
  { about: 'People who take turns.' },
  {
    people: many(text('In order.')),
    timeZone: maybe(text('IANA; null: that of the schedule.')),
    startsAt: text('Local time at which the first begins.'),
    shiftDays: maybe(whole('How long a turn is; or hours.')),
    shiftHours: maybe(whole('How long a turn is; or days.')),
    days: maybe(
      many(
        one(() => words.Weekday, 'On these days only.', {
          derive: ({ hours }: OnCallPlan['schedules'][number]['rotations'][number]) => hours?.days,
        }),
      ),
    ),
    from: maybe(
      text('From this local time only.', {
        derive: ({ hours }: OnCallPlan['schedules'][number]['rotations'][number]) => hours?.from,
      }),
    ),
    until: maybe(
      text('Until this local time only.', {
        derive: ({ hours }: OnCallPlan['schedules'][number]['rotations'][number]) => hours?.until,
      }),
    ),
  },
);

const ScheduleType = objectType(
  'Schedule',
  { about: 'Who is on call when.' },
  {
    schedule: text('Its name.'),
    timeZone: text('IANA.'),
    rotations: many(one(() => RotationType, 'Later ones go before earlier ones.')),
  },
);

const targetOf = (target: CalledTarget): string => {
  if ('person' in target) return `person ${target.person}`;
  if ('schedule' in target) return `schedule ${target.schedule}`;
  return 'channel' in target ? `channel ${target.channel}` : 'vp';
};

const LevelType = objectType(
  'PolicyLevel',
  { about: 'A step of a policy.' },
  {
    call: many(
      text('Whom: person, schedule or channel with its name, or vp.', {
        derive: ({ call }: Policy['levels'][number]) => call.map(targetOf),
      }),
    ),
    wait: duration('After this without an acknowledgement the next level is called.', { from: 'waitMs' }),
  },
);

const RaiseType = objectType(
  'PolicyRaise',
  { about: 'What makes an incident jump to a higher level; every figure that is there must be reached.' },
  {
    severity: maybe(one(() => words.Severity, 'Of the incident.')),
    priority: maybe(text('P0.')),
    impactScore: maybe(number('Of the impact.')),
    dollarsPerMinute: maybe(number('Of the impact.')),
    toLevel: whole('From 1.'),
  },
);

const PolicyWhenType = objectType(
  'PolicyWhen',
  { about: 'What a policy is for; each word that is there must fit.' },
  {
    severities: maybe(many(one(() => words.Severity, 'One of them.'))),
    rules: maybe(many(text('One of them.'))),
    regions: maybe(many(text('One of them.'))),
    services: maybe(many(text('One of them.'))),
  },
);

const PolicyType = objectType(
  'Policy',
  { about: 'Who is called for an incident, in which order.' },
  {
    policy: text('Its name.'),
    when: maybe(one(() => PolicyWhenType, 'What it is for; null: everything that no other is for.')),
    levels: many(one(() => LevelType, 'In order.')),
    repeats: whole('How often all levels are gone through again.'),
    raises: many(one(() => RaiseType, 'What goes faster.')),
    acknowledgedFor: maybe(
      duration('How long an acknowledgement holds; null: for good.', { from: 'acknowledgedForMs' }),
    ),
  },
);

/** The plan in force: who may be called, when and how. */
export const OnCallPlanType = objectType(
  'OnCallPlan',
  { about: 'The plan in force: who may be called, when and how.' },
  {
    ...origin,
    people: many(one(() => PersonType, 'Who.', { derive: ({ plan }: { readonly plan: OnCallPlan }) => plan.people })),
    schedules: many(
      one(() => ScheduleType, 'When.', { derive: ({ plan }: { readonly plan: OnCallPlan }) => plan.schedules }),
    ),
    policies: many(
      one(() => PolicyType, 'In which order.', { derive: ({ plan }: { readonly plan: OnCallPlan }) => plan.policies }),
    ),
    vp: maybe(
      text('Whom a call to the VP reaches.', {
        derive: ({ plan: { vp } }: { readonly plan: OnCallPlan }) => vp && targetOf(vp),
      }),
    ),
  },
);

const ShiftType = objectType(
  'Shift',
  { about: 'A stretch of time, and who is on call then.' },
  {
    from: moment('Its beginning.', { from: 'fromMs' }),
    until: moment('Its end.', { from: 'untilMs' }),
    person: maybe(text('Null: nobody.')),
    scheduleOverrideId: maybe(rawId('The override by which it is.')),
  },
);

/** What a schedule says of a time. */
export const ShiftsType = objectType(
  'Shifts',
  { about: 'What a schedule says of a time.' },
  {
    schedule: text('Its name.'),
    timeZone: text('IANA.'),
    from: moment('Its beginning.', { from: 'fromMs' }),
    until: moment('Its end.', { from: 'untilMs' }),
    shifts: many(one(() => ShiftType, 'In order.')),
    gaps: many(one(() => GapType, 'When nobody is on call.')),
  },
);

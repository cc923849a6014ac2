import type { CalledTarget, OnCallPlan, Policy, Rotation, Schedule } from '#contracts';
import { isTimeZone } from '#contracts';
import { isCatchAll } from '../escalation/policy.decide.js';
import { gapsOfSchedule } from './gaps.js';
import { inZone, lasting } from './local-words.js';
import { type OnCallFinding, type Path, unknown } from './on-call-finding.js';
import { type KnownChannel, ofChannels, ofSameReceivers } from './plan-receivers.js';
import { localOf, type Span, turnsAhead } from './turns.js';

/** What a check found: errors, with which a plan is not loaded, and warnings, with which it is. */
export interface OnCallCheck {
  readonly errors: readonly OnCallFinding[];
  readonly warnings: readonly OnCallFinding[];
}

/** A year, so that every change of the clocks is in it, and those of two zones that change theirs on different days. */
export const GAPS_AHEAD_MS = 366 * 86_400_000;
/** Gaps of one schedule that are told: one that recurs daily would be told 366 times. */
const GAPS_TOLD_MAX = 3;

const namesOf = (plan: OnCallPlan) => ({
  person: plan.people.map(({ person }) => person),
  schedule: plan.schedules.map(({ schedule }) => schedule),
});
type Names = ReturnType<typeof namesOf>;

const twice = (list: string, kind: string, names: readonly string[]): readonly OnCallFinding[] =>
  names.flatMap((name, index) =>
    names.indexOf(name) < index ? [{ path: [list, index, kind], message: `there is another ${kind} ${name}` }] : [],
  );

const ofTarget = (plan: OnCallPlan, names: Names, path: Path, target: CalledTarget): readonly OnCallFinding[] => {
  if ('person' in target) return unknown(path, 'person', target.person, names.person);
  if ('schedule' in target) return unknown(path, 'schedule', target.schedule, names.schedule);
  if ('vp' in target && plan.vp === undefined)
    return [{ path: [...path, 'vp'], message: 'the plan does not say who the vp is: this calls nobody' }];
  return [];
};

const ofRotation = (rotation: Rotation, path: Path, names: Names): readonly OnCallFinding[] => {
  const startMs = localOf(rotation.startsAt);
  const isDay = !Number.isNaN(startMs) && new Date(startMs).toISOString().startsWith(rotation.startsAt);
  return [
    ...(isDay ? [] : [{ path: [...path, 'startsAt'], message: `there is no ${rotation.startsAt}` }]),
    ...ofZone(rotation.timeZone, path),
    ...rotation.people.flatMap((person, index) =>
      unknown([...path, 'people', index], 'person', person, names.person).map((finding) => ({
        ...finding,
        path: finding.path.slice(0, -1),
      })),
    ),
  ];
};

const ofZone = (timeZone: string | undefined, path: Path): readonly OnCallFinding[] =>
  timeZone === undefined || isTimeZone(timeZone)
    ? []
    : [
        {
          path: [...path, 'timeZone'],
          message: `there is no time zone ${timeZone}`,
          near: { word: timeZone, known: Intl.supportedValuesOf('timeZone') },
        },
      ];

const ofGaps = (schedule: Schedule, path: Path, span: Span): readonly OnCallFinding[] => {
  const gaps = gapsOfSchedule(schedule, [], span);
  const told = gaps.slice(0, GAPS_TOLD_MAX).map(({ fromMs, untilMs }, index) => {
    const more = index === GAPS_TOLD_MAX - 1 ? gaps.length - GAPS_TOLD_MAX : 0;
    const begins = fromMs === span.fromMs ? 'now' : `from ${inZone(schedule.timeZone, fromMs)}`;
    const ends =
      untilMs === span.untilMs
        ? ', with no end within a year'
        : ` until ${inZone(schedule.timeZone, untilMs)}, for ${lasting(untilMs - fromMs)}`;
    const others = more === 0 ? '' : `; and ${more} more within a year`;
    return { path: [...path, 'rotations'], message: `nobody is on call ${begins}${ends}${others}` };
  });
  return told;
};

const ofSchedule = (
  schedule: Schedule,
  index: number,
  names: Names,
  span: Span | undefined,
): readonly OnCallFinding[] => {
  const path = ['schedules', index];
  const shape = [
    ...ofZone(schedule.timeZone, path),
    ...schedule.rotations.flatMap((rotation, at) => ofRotation(rotation, [...path, 'rotations', at], names)),
  ];
  // Of a zone or a day that does not exist nobody knows when it is.
  return shape.length > 0 || span === undefined ? shape : ofGaps(schedule, path, span);
};

/**
 * Turns of all rotations within a year: gaps are looked for in one step that nothing interrupts, at some 15 µs for a turn. Ten schedules with
 * ten rotations of twelve hours have 73,200; a hundred with hourly turns would keep a process busy for minutes. A plan with more is refused.
 */
export const TURNS_MAX = 100_000;

const turnsOfPlan = ({ schedules }: OnCallPlan): number =>
  schedules.flatMap(({ rotations }) => rotations).reduce((sum, each) => sum + turnsAhead(each, GAPS_AHEAD_MS), 0);

const ofSchedules = (plan: OnCallPlan, names: Names, span: Span): readonly OnCallFinding[] => {
  const turns = turnsOfPlan(plan);
  const isCountable = turns <= TURNS_MAX;
  const found = plan.schedules.flatMap((schedule, index) =>
    ofSchedule(schedule, index, names, isCountable ? span : undefined),
  );
  if (isCountable) return found;
  const message = `its rotations have ${turns} turns within a year, ${TURNS_MAX} may be: longer turns, or fewer rotations`;
  return [...found, { path: ['schedules'], message }];
};

const ofPolicy = (plan: OnCallPlan, names: Names, policy: Policy, index: number): readonly OnCallFinding[] => {
  const path = ['policies', index];
  return [
    ...policy.levels.flatMap(({ call }, level) =>
      call.flatMap((target, at) => ofTarget(plan, names, [...path, 'levels', level, 'call', at], target)),
    ),
    ...policy.raises.flatMap(({ toLevel }, at) =>
      toLevel > policy.levels.length
        ? [
            {
              path: [...path, 'raises', at, 'toLevel'],
              message: `there is no level ${toLevel}: ${policy.policy} has ${policy.levels.length}`,
            },
          ]
        : [],
    ),
  ];
};

/** One policy is for what no other one is for: without it an incident would call nobody, and of two one never would. */
const ofCatchAll = ({ policies }: OnCallPlan): readonly OnCallFinding[] => {
  const all = policies.flatMap((each, index) => (isCatchAll(each) ? [{ policy: each.policy, index }] : []));
  const [first, ...more] = all;
  if (first === undefined)
    return [{ path: ['policies'], message: 'expected a policy without when, for what no other policy is for' }];
  return more.map(({ policy, index }) => ({
    path: ['policies', index],
    message: `${policy} and ${first.policy} are both without when: one alone is for everything else`,
  }));
};

/** A channel that reaches nobody by itself: it needs to be told whom. */
const NEEDS_ADDRESS = /^(?:e-?)?mail\b/;

const ofPeople = ({ people }: OnCallPlan): readonly OnCallFinding[] =>
  people.flatMap(({ contacts }, index) =>
    contacts.flatMap(({ channel, address }, at) => {
      const path = ['people', index, 'contacts', at];
      if (!NEEDS_ADDRESS.test(channel)) return [];
      if (address === undefined) return [{ path, message: `${channel} needs an address` }];
      return /^[^@\s]+@[^@\s]+$/.test(address)
        ? []
        : [{ path: [...path, 'address'], message: 'expected an address of e-mail' }];
    }),
  );

/** Whether the policy is for critical incidents, among others. */
const isForCritical = ({ when }: Policy): boolean => when?.severities?.includes('critical') ?? true;

/** R47: who leads is called last, when all others have not answered. Where that is not so for what is critical, it is an error. */
const ofVp = (plan: OnCallPlan, isError: boolean): readonly OnCallFinding[] =>
  plan.policies.flatMap((policy, index) => {
    const { policy: name, levels } = policy;
    if (plan.vp === undefined || isForCritical(policy) !== isError) return [];
    if (levels.at(-1)?.call.some((target) => 'vp' in target) === true) return [];
    const path = ['policies', index, 'levels', levels.length - 1];
    return [{ path, message: `the last level of ${name} does not call the vp` }];
  });

/** R45: for a critical incident somebody further is called within this when the first level does not answer. */
const ANSWERED_WITHIN_MS = 300_000;

const ofTimes = ({ policies }: OnCallPlan): readonly OnCallFinding[] =>
  policies.flatMap((policy, index) => {
    const { policy: name, levels, acknowledgedForMs } = policy;
    const path = ['policies', index];
    const waits = levels.flatMap(({ waitMs }, level) =>
      waitMs > 0
        ? []
        : [
            {
              path: [...path, 'levels', level, 'waitMs'],
              message: `level ${level + 1} of ${name} has no time to answer`,
            },
          ],
    );
    return acknowledgedForMs === 0
      ? [
          ...waits,
          { path: [...path, 'acknowledgedForMs'], message: `an acknowledgement of ${name} would hold for no time` },
        ]
      : waits;
  });

const ofSlowStart = ({ policies }: OnCallPlan): readonly OnCallFinding[] =>
  policies.flatMap((policy, index) => {
    const waitMs = policy.levels[0]?.waitMs ?? 0;
    if (!isForCritical(policy) || waitMs < ANSWERED_WITHIN_MS) return [];
    return [
      {
        path: ['policies', index, 'levels', 0, 'waitMs'],
        message: `level 1 of ${policy.policy} waits for ${lasting(waitMs)}: for critical incidents the next is to be called within 5 min, so give it less`,
      },
    ];
  });

/** What a plan is checked against. */
export interface CheckedAgainst {
  readonly nowMs: number;
  /** Channels that there are; undefined: not known. */
  readonly channels?: readonly KnownChannel[] | undefined;
}

/** What a plan is loaded in spite of. */
export const onCallWarnings = (plan: OnCallPlan, channels: CheckedAgainst['channels']): readonly OnCallFinding[] => [
  ...(plan.vp === undefined
    ? [{ path: [], message: 'the plan does not say who the vp is: nobody who leads is called' }]
    : []),
  ...ofVp(plan, false),
  ...ofSlowStart(plan),
  ...ofSameReceivers(plan),
  ...(channels === undefined ? [] : ofChannels(plan, channels)),
];

/**
 * Everything that is wrong with a plan, beyond its shape. A gap within a year is an error: it is known today, and it would be
 * found in the night in which nobody answers. Overrides are not looked at: they come and go, and a plan stands without them.
 */
export const checkOnCallPlan = (plan: OnCallPlan, { nowMs, channels }: CheckedAgainst): OnCallCheck => {
  const names = namesOf(plan);
  const span = { fromMs: nowMs, untilMs: nowMs + GAPS_AHEAD_MS };
  return {
    errors: [
      ...twice('people', 'person', names.person),
      ...twice('schedules', 'schedule', names.schedule),
      ...twice(
        'policies',
        'policy',
        plan.policies.map(({ policy }) => policy),
      ),
      ...ofPeople(plan),
      ...ofSchedules(plan, names, span),
      ...(plan.vp === undefined ? [] : ofTarget(plan, names, ['vp'], plan.vp)),
      ...plan.policies.flatMap((policy, index) => ofPolicy(plan, names, policy, index)),
      ...ofTimes(plan),
      ...ofVp(plan, true),
      ...ofCatchAll(plan),
    ],
    warnings: onCallWarnings(plan, channels),
  };
};

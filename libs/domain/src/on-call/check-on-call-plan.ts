import type { CalledTarget, OnCallPlan, Policy, Rotation, Schedule } from '#contracts';
import { isTimeZone } from '#contracts';
import { isCatchAll } from '../escalation/policy.decide.js';
import { gapsOfSchedule } from './gaps.js';
import { inZone, lasting } from './local-words.js';
import { localOf, type Span } from './turns.js';

/** Something that is wrong with a plan of who is called, and where it stands: keys, and places in lists. */
export interface OnCallFinding {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** A word that is not known, and those that are. */
  readonly near?: { readonly word: string; readonly known: readonly string[] } | undefined;
}

/** What a check found: errors, with which a plan is not loaded, and warnings, with which it is. */
export interface OnCallCheck {
  readonly errors: readonly OnCallFinding[];
  readonly warnings: readonly OnCallFinding[];
}

/** A year, so that every change of the clocks is in it, and those of two zones that change theirs on different days. */
export const GAPS_AHEAD_MS = 366 * 86_400_000;
/** Gaps of one schedule that are told: one that recurs daily would be told 366 times. */
const GAPS_TOLD_MAX = 3;

type Path = OnCallFinding['path'];

const namesOf = (plan: OnCallPlan) => ({
  person: plan.people.map(({ person }) => person),
  schedule: plan.schedules.map(({ schedule }) => schedule),
});
type Names = ReturnType<typeof namesOf>;

const unknown = (path: Path, kind: keyof Names | 'channel', word: string, known: readonly string[]): OnCallFinding[] =>
  known.includes(word)
    ? []
    : [{ path: [...path, kind], message: `there is no ${kind} ${word}`, near: { word, known } }];

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

const ofSchedule = (schedule: Schedule, index: number, names: Names, span: Span): readonly OnCallFinding[] => {
  const path = ['schedules', index];
  const shape = [
    ...ofZone(schedule.timeZone, path),
    ...schedule.rotations.flatMap((rotation, at) => ofRotation(rotation, [...path, 'rotations', at], names)),
  ];
  // Of a zone or a day that does not exist nobody knows when it is.
  return shape.length > 0 ? shape : ofGaps(schedule, path, span);
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

/** R47: who leads is called last, when all others have not answered. */
const ofVp = (plan: OnCallPlan): readonly OnCallFinding[] =>
  plan.policies.flatMap(({ policy, levels }, index) => {
    const path = ['policies', index, 'levels', levels.length - 1];
    if (plan.vp === undefined || levels.at(-1)?.call.some((target) => 'vp' in target) === true) return [];
    return [{ path, message: `the last level of ${policy} does not call the vp` }];
  });

/** Every place at which a plan names a channel. */
const channelsNamed = ({
  people,
  policies,
}: OnCallPlan): readonly { readonly path: Path; readonly channel: string }[] => [
  ...people.flatMap(({ contacts }, index) =>
    contacts.map(({ channel }, at) => ({ path: ['people', index, 'contacts', at], channel })),
  ),
  ...policies.flatMap(({ levels }, index) =>
    levels.flatMap(({ call }, level) =>
      call.flatMap((target, at) =>
        'channel' in target
          ? [{ path: ['policies', index, 'levels', level, 'call', at], channel: target.channel }]
          : [],
      ),
    ),
  ),
];

/**
 * Channels that a plan names and that are not there, each where it is named first. A plan may be shared by sites, and a plan that is
 * refused calls nobody at all: so this is never an error.
 */
const ofChannels = (plan: OnCallPlan, channels: readonly string[]): readonly OnCallFinding[] => {
  const named = channelsNamed(plan);
  return [...new Set(named.map(({ channel }) => channel))].flatMap((channel) => {
    const places = named.filter((each) => each.channel === channel);
    const more = places.length === 1 ? '' : `, which the plan names ${places.length} times`;
    return unknown(places[0]!.path, 'channel', channel, channels).map((finding) => ({
      ...finding,
      message: `${finding.message}${more}`,
    }));
  });
};

/** What a plan is checked against. */
export interface CheckedAgainst {
  readonly nowMs: number;
  /** Channels that there are; undefined: not known. */
  readonly channels?: readonly string[] | undefined;
}

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
      ...plan.schedules.flatMap((schedule, index) => ofSchedule(schedule, index, names, span)),
      ...(plan.vp === undefined ? [] : ofTarget(plan, names, ['vp'], plan.vp)),
      ...plan.policies.flatMap((policy, index) => ofPolicy(plan, names, policy, index)),
      ...ofCatchAll(plan),
    ],
    warnings: [...ofVp(plan), ...(channels === undefined ? [] : ofChannels(plan, channels))],
  };
};

import { type OnCallFile, readOnCallFile } from '#config';
import { canonicalDigest } from '#contracts';
import { checkOnCallPlan } from '#domain';
import { UsageError } from './usage-error.js';

/** What is to be checked, and when. */
export interface AskedOnCallCheck {
  readonly file: string;
  /** Channels that there are; undefined: not known, and not looked at. */
  readonly channels: readonly string[] | undefined;
}

/** What a check found. */
export interface OnCallReport {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** What would be loaded; null when there are problems. */
  readonly plan: {
    readonly sha256: string;
    readonly people: number;
    readonly schedules: number;
    readonly policies: number;
  } | null;
}

const readPlan = ({ file, channels }: AskedOnCallCheck, nowMs: number) =>
  readOnCallFile(file, (plan) => checkOnCallPlan(plan, { nowMs, channels: channels?.map((name) => ({ name })) }));

/** Checks a plan as a server would read it. */
export const checkOnCallFile = (asked: AskedOnCallCheck, nowMs: number): OnCallReport => {
  const { config, problems } = readPlan(asked, nowMs);
  if (config === undefined) return { problems, warnings: [], plan: null };
  const { plan, warnings } = config;
  const sha256 = canonicalDigest(plan);
  const counts = { people: plan.people.length, schedules: plan.schedules.length, policies: plan.policies.length };
  return { problems: [], warnings, plan: { sha256, ...counts } };
};

/** Reads a plan that is to be sent; throws a UsageError with every mistake. */
export const readPlanToSend = (file: string, nowMs: number): OnCallFile['plan'] => {
  const { config, problems } = readPlan({ file, channels: undefined }, nowMs);
  if (config === undefined) throw new UsageError(problems.join('\n'));
  return config.plan;
};

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

/** A check, for people. */
export const formatOnCallCheck = ({ problems, warnings, plan }: OnCallReport): readonly string[] => [
  ...problems,
  ...warnings.map((warning) => `warning: ${warning}`),
  ...(plan === null
    ? [`${count(problems.length, 'problem', 'problems')}: nothing would be loaded`]
    : [
        [
          count(plan.people, 'person', 'people'),
          count(plan.schedules, 'schedule', 'schedules'),
          count(plan.policies, 'policy', 'policies'),
        ].join(', '),
        'somebody is on call at every moment of the next year',
        `version ${plan.sha256}`,
      ]),
];

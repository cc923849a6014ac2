import { type Contact, type OnCallPlan, type Policy, refuse, type Refusal, type Schedule } from '#contracts';
import {
  type Gap,
  gapsOfPlan,
  gapsOfSchedule,
  onCallNow,
  onCallWarnings,
  overridesIn,
  type Reach,
  reachBy,
  type Shift,
  shiftsOf,
} from '#domain';
import type { Clock } from '#runtime';
import {
  type ChannelRepository,
  type ChannelRow,
  type LoadedOnCallPlan,
  type FileReload,
  type OnCallRepository,
  type ScheduleOverrideRow,
} from '#store';
import { type OnCallFault, faultOf } from './on-call-faults.js';

/** What who is called is read from. */
export interface OnCallParts {
  readonly repository: OnCallRepository;
  readonly channels: Pick<ChannelRepository, 'list'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

const DAY_MS = 86_400_000;
/** Gaps are shown a month ahead: as far as people plan their weeks. */
export const GAPS_SHOWN_MS = 30 * DAY_MS;
/** Gaps of one answer; who has more reads the first. */
const GAPS_MAX = 100;
/** Shifts are shown for two weeks unless more is asked for, and for a quarter at most. */
const SHIFTS_MS_DEFAULT = 14 * DAY_MS;
const SHIFTS_MS_MAX = 92 * DAY_MS;

/** Who a schedule names now. */
export interface ScheduleNow {
  readonly schedule: string;
  readonly timeZone: string;
  /** null: nobody. */
  readonly person: string | null;
  readonly scheduleOverrideId: string | null;
  /** null: nothing changes within 90 days. */
  readonly untilMs: number | null;
  readonly next: { readonly person: string | null; readonly fromMs: number } | null;
}

/** A stretch of time, and who is on call then. */
export interface ShownShift {
  readonly fromMs: number;
  readonly untilMs: number;
  /** null: nobody. */
  readonly person: string | null;
  readonly scheduleOverrideId: string | null;
}

/** Whom a level would call now. */
export interface LevelNow {
  /** From 1. */
  readonly level: number;
  readonly waitMs: number;
  /** Without addresses, which the plan has. */
  readonly reached: readonly { readonly person: string | null; readonly channel: string }[];
  readonly nobody: readonly string[];
}

/** Where the plan in force comes from. */
export type PlanOrigin = Omit<LoadedOnCallPlan, 'plan'>;

/** Who is on call. */
export interface OnCallAnswer {
  readonly atMs: number;
  /** null: no plan was loaded, and every channel for pages gets every page. */
  readonly plan: PlanOrigin | null;
  readonly schedules: readonly ScheduleNow[];
  readonly policies: readonly { readonly policy: string; readonly levels: readonly LevelNow[] }[];
  /** Of the next 30 days. */
  readonly gaps: readonly Gap[];
  readonly overrides: readonly ScheduleOverrideRow[];
  readonly warnings: readonly OnCallFault[];
  readonly lastReload: FileReload | null;
}

/** What a schedule says of a time. */
export interface ScheduleShifts {
  readonly schedule: string;
  readonly timeZone: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly shifts: readonly ShownShift[];
  readonly gaps: readonly Gap[];
}

interface Seen {
  readonly plan: OnCallPlan;
  readonly overrides: readonly ScheduleOverrideRow[];
  readonly atMs: number;
}

const shown = ({ contact, person }: { contact: Contact; person?: string | undefined }) => ({
  person: person ?? null,
  channel: contact.channel,
});

const policyNow = (reach: Reach, atMs: number, { policy, levels }: Policy) => ({
  policy,
  levels: levels.map(({ call, waitMs }, index): LevelNow => {
    const { reached, nobody } = reach(call, atMs);
    return { level: index + 1, waitMs, reached: reached.map(shown), nobody };
  }),
});

const scheduleNow = ({ plan, overrides, atMs }: Seen, schedule: Schedule): ScheduleNow => {
  const now = onCallNow(schedule, overridesIn(plan, overrides), atMs);
  return {
    schedule: schedule.schedule,
    timeZone: schedule.timeZone,
    person: now.person ?? null,
    scheduleOverrideId: now.scheduleOverrideId ?? null,
    untilMs: now.untilMs,
    next: now.next === null ? null : { ...now.next, person: now.next.person ?? null },
  };
};

const shownShift = ({ fromMs, untilMs, person, scheduleOverrideId }: Shift): ShownShift => ({
  fromMs,
  untilMs,
  person: person ?? null,
  scheduleOverrideId: scheduleOverrideId ?? null,
});

/** Channels through which somebody can be paged. */
export const pageChannels = async ({ channels }: OnCallParts): Promise<readonly ChannelRow[]> =>
  (await channels.list()).filter(({ subject }) => subject === 'page');

/** Who is on call at this moment, and what comes. */
export const readOnCall = async (parts: OnCallParts): Promise<OnCallAnswer> => {
  const { repository, clock } = parts;
  const atMs = clock.nowMs();
  const [inForce, lastReload = null] = [await repository.inForce(), await repository.reload()];
  const nothing = { schedules: [], policies: [], gaps: [], overrides: [], warnings: [] };
  if (inForce === undefined) return { atMs, plan: null, ...nothing, lastReload };
  const { plan, ...origin } = inForce;
  const seen = { plan, overrides: await repository.overrides(atMs), atMs };
  const known = await pageChannels(parts);
  const reach = reachBy(seen, known);
  return {
    atMs,
    plan: origin,
    schedules: plan.schedules.map((schedule) => scheduleNow(seen, schedule)),
    policies: plan.policies.map((policy) => policyNow(reach, atMs, policy)),
    gaps: gapsOfPlan(plan, seen.overrides, { fromMs: atMs, untilMs: atMs + GAPS_SHOWN_MS }).slice(0, GAPS_MAX),
    overrides: seen.overrides,
    warnings: onCallWarnings(plan, known).map(faultOf),
    lastReload,
  };
};

/** The plan in force, and where it comes from. */
export const readPlan = async ({ repository }: OnCallParts): Promise<LoadedOnCallPlan | Refusal> =>
  (await repository.inForce()) ?? refuse('NOT_FOUND', 'no plan of who is called was loaded yet');

/** What a schedule says from one moment to another: who is on call, and when nobody is. */
export const readShifts = async (
  { repository, clock }: OnCallParts,
  name: string,
  asked: { readonly from?: number | undefined; readonly to?: number | undefined },
): Promise<ScheduleShifts | Refusal> => {
  const plan = (await repository.inForce())?.plan;
  const schedule = plan?.schedules.find((each) => each.schedule === name);
  if (plan === undefined || schedule === undefined) return refuse('NOT_FOUND', `there is no schedule ${name}`);
  const fromMs = asked.from ?? clock.nowMs();
  const untilMs = asked.to ?? fromMs + SHIFTS_MS_DEFAULT;
  if (untilMs <= fromMs || untilMs - fromMs > SHIFTS_MS_MAX)
    return refuse('QUERY_INVALID', `expected to after from, by ${SHIFTS_MS_MAX / DAY_MS} days at most`, 'to');
  const overrides = overridesIn(plan, await repository.overrides(fromMs));
  const span = { fromMs, untilMs };
  return {
    schedule: name,
    timeZone: schedule.timeZone,
    ...span,
    shifts: shiftsOf(schedule, overrides, span).map(shownShift),
    gaps: gapsOfSchedule(schedule, overrides, span),
  };
};

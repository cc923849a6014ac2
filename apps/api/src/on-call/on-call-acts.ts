import {
  canonicalDigest,
  event,
  isRefusal,
  type NewScheduleOverride,
  type OnCallPlan,
  type Principal,
  refuse,
  refuseAll,
  type Refusal,
  streamOf,
} from '#contracts';
import {
  checkOnCallPlan,
  decideOnCallLoad,
  decideOverrideWithdrawal,
  decideScheduleOverride,
  type Gap,
  gapsOfSchedule,
  overridesIn,
} from '#domain';
import type { EventStore, ScheduleOverrideRow } from '#store';
import { metadataOf, saying } from '../act-metadata.js';
import { appendAgain, appendNew } from '../append-again.js';
import { newId } from '../new-id.js';
import { faultOf, type OnCallFault, readSentPlan } from './on-call-faults.js';
import { GAPS_SHOWN_MS, type OnCallParts, pageChannels, type PlanOrigin } from './on-call-view.js';

/** What acts on who is called are recorded with. */
export interface OnCallActParts extends OnCallParts {
  readonly store: EventStore;
}

/** An override, and the gaps that its schedule has beside it, within its time and the next 30 days. */
export interface OverrideAnswer {
  readonly override: ScheduleOverrideRow;
  /** Times at which nobody was on call, and now somebody is. */
  readonly fills: readonly Gap[];
  /** Times at which somebody was on call, and now nobody is. */
  readonly opens: readonly Gap[];
  readonly gaps: readonly Gap[];
}

/** What a check found. */
export interface PlanCheckAnswer {
  readonly errors: readonly OnCallFault[];
  readonly warnings: readonly OnCallFault[];
}

/** A plan that is to be loaded by a request. */
export interface SentPlan {
  readonly plan?: unknown;
  /** Load it though a file holds the plan in force. */
  readonly replacesFile: boolean;
}

const checked = async (parts: OnCallParts, plan: OnCallPlan): Promise<PlanCheckAnswer> => {
  const channels = await pageChannels(parts);
  const { errors, warnings } = checkOnCallPlan(plan, { nowMs: parts.clock.nowMs(), channels });
  return { errors: errors.map(faultOf), warnings: warnings.map(faultOf) };
};

/** Says what is wrong with a plan, and loads nothing. */
const checkSent = async (parts: OnCallParts, sent: unknown): Promise<PlanCheckAnswer | Refusal> => {
  const plan = readSentPlan(sent);
  return isRefusal(plan) ? plan : checked(parts, plan);
};

/** Loads a plan that somebody sent. */
const loadSent = async (parts: OnCallActParts, { plan: sent, replacesFile }: SentPlan, caller: Principal) => {
  const plan = readSentPlan(sent);
  if (isRefusal(plan)) return plan;
  const { errors, warnings } = await checked(parts, plan);
  if (errors.length > 0) return refuseAll('PLAN_INVALID', errors);
  const { repository, clock, store } = parts;
  const metadata = metadataOf(caller, 'load who is called');
  const offered = { plan, sha256: canonicalDigest(plan), source: metadata.actor, isFile: false };
  const refusal = await appendAgain(store, metadata, async () => {
    const expectedVersion = await repository.versionOf(streamOf.onCall);
    const inForce = await repository.inForce();
    if (inForce?.isFile === true && !replacesFile)
      return refuse(
        'ON_CALL_IN_FILE',
        `${inForce.source} holds the plan in force: change it there, or say replacesFile`,
      );
    return { stream: streamOf.onCall, expectedVersion, events: decideOnCallLoad(offered, inForce, clock.nowMs()) };
  });
  if (refusal !== undefined) return refusal;
  const { plan: _plan, ...origin } = (await repository.inForce())!;
  return { plan: origin satisfies PlanOrigin, warnings };
};

/** What an override changes of the gaps of its schedule, within its time. */
const changedGaps = async (
  { repository, clock }: OnCallParts,
  override: ScheduleOverrideRow,
): Promise<Omit<OverrideAnswer, 'override'>> => {
  const nowMs = clock.nowMs();
  const plan = (await repository.inForce())?.plan;
  const schedule = plan?.schedules.find((each) => each.schedule === override.schedule);
  if (plan === undefined || schedule === undefined) return { fills: [], opens: [], gaps: [] };
  const standing = overridesIn(plan, await repository.overrides(nowMs));
  const others = standing.filter(({ scheduleOverrideId }) => scheduleOverrideId !== override.scheduleOverrideId);
  const span = { fromMs: Math.max(override.fromMs, nowMs), untilMs: override.untilMs };
  const without = gapsOfSchedule(schedule, others, span);
  const isWithdrawn = override.withdrawnAt !== null;
  return {
    fills: isWithdrawn ? [] : without,
    opens: isWithdrawn ? without : [],
    gaps: gapsOfSchedule(schedule, standing, { fromMs: nowMs, untilMs: nowMs + GAPS_SHOWN_MS }),
  };
};

const answered = async (parts: OnCallParts, scheduleOverrideId: string): Promise<OverrideAnswer> => {
  const override = await parts.repository.override(scheduleOverrideId);
  if (override === undefined) throw new Error(`override ${scheduleOverrideId} has an event and no row`);
  return { override, ...(await changedGaps(parts, override)) };
};

const overrideSchedule = async (parts: OnCallActParts, wanted: NewScheduleOverride, caller: Principal) => {
  const { repository, clock, store } = parts;
  const metadata = metadataOf(saying(caller, wanted.comment), 'override a schedule');
  const by = metadata.actor;
  const scheduleOverrideId = `so-${newId()}`;
  const decide = async () => {
    const expectedVersion = await repository.versionOf(streamOf.onCall);
    const nowMs = clock.nowMs();
    const standing = (await repository.overrides(nowMs)).length;
    const plan = (await repository.inForce())?.plan;
    const events = decideScheduleOverride(wanted, { scheduleOverrideId, by, nowMs, standing, plan });
    return isRefusal(events) ? events : { stream: streamOf.onCall, expectedVersion, events };
  };
  const made = await appendNew(store, metadata, {
    newId: scheduleOverrideId,
    decide,
    idIn: ({ type, data }) => (type === 'ScheduleOverridden' ? data.scheduleOverrideId : undefined),
  });
  return isRefusal(made) ? made : answered(parts, made);
};

const withdrawOverride = async (parts: OnCallActParts, scheduleOverrideId: string, caller: Principal) => {
  const { repository, clock, store } = parts;
  const metadata = metadataOf(caller, 'withdraw an override');
  const by = metadata.actor;
  const refusal = await appendAgain(store, metadata, async () => {
    const expectedVersion = await repository.versionOf(streamOf.onCall);
    const override = await repository.override(scheduleOverrideId);
    if (override === undefined) return refuse('NOT_FOUND', `there is no override ${scheduleOverrideId}`);
    const events = decideOverrideWithdrawal(override, { by, nowMs: clock.nowMs() });
    return { stream: streamOf.onCall, expectedVersion, events };
  });
  return refusal ?? answered(parts, scheduleOverrideId);
};

const askForReload = ({ store, repository, clock }: OnCallActParts, caller: Principal): Promise<undefined | Refusal> =>
  appendAgain(store, metadataOf(caller, 'reload who is called'), async () => ({
    stream: streamOf.onCallReload,
    expectedVersion: await repository.versionOf(streamOf.onCallReload),
    events: [event('OnCallReloadAsked', { at: clock.nowMs() })],
  }));

/** What is done to who is called. */
export const onCallActs = (parts: OnCallActParts) => ({
  checkOnCall: (sent: unknown) => checkSent(parts, sent),
  loadOnCall: (sent: SentPlan, caller: Principal) => loadSent(parts, sent, caller),
  reloadOnCall: (caller: Principal) => askForReload(parts, caller),
  overrideSchedule: (wanted: NewScheduleOverride, caller: Principal) => overrideSchedule(parts, wanted, caller),
  withdrawScheduleOverride: (scheduleOverrideId: string, caller: Principal) =>
    withdrawOverride(parts, scheduleOverrideId, caller),
});

import { event, type Event, type Reason, releaseName } from '#contracts';
import { alertKeyOf } from '../alert/alert.js';
import { decideAlert } from '../alert/alert.decide.js';
import type { Incident } from '../incident/incident.js';
import { isOpening, OVERRIDE_MS } from '../override/override.js';
import type { DeciderState } from '../rule/decider-state.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import { type AlertSubject, FLEET } from '../rule/rule.js';
import type { Comparison } from './blame.js';
import { judgeRails, refusalsTo } from './rails.js';
import { isUnderWay, type Rollback, rollbackIdOf } from './rollback.js';
import { gatherFacts } from './rollback-case.js';
import { suspectOfRollout } from './suspect.js';
import { isNoticeDue } from './rollback-end.decide.js';
import { decideHalt } from './rollout.decide.js';
import type { Rollout } from './rollout.js';

/**
 * The alert of a rollback that a person asked for. It fires before anything is commanded, so that whoever is on call is paged first
 * (R30) though no rule did; it is over when the rollback is, or when nobody opened what refused it within the time of an override.
 */
export const ROLLBACK_REQUESTED = { name: 'rollback_requested', severity: 'critical' } as const;

/** A wish that a tick must answer: a person's, or three people's. */
interface Wish {
  readonly by: string;
  readonly text: string;
  readonly opened: ReadonlySet<string>;
  readonly overrideId: string | undefined;
}

/** What is wanted of a rollback on this tick: by an override that is granted, else by a request that was not answered yet. */
const wishOf = (rollback: Rollback, { overrides }: DeciderState, at: number): Wish | undefined => {
  const { rollbackId, plan, state, request } = rollback;
  if (plan !== undefined) return undefined;
  const granted = [...overrides.values()].find((each) => each.rollbackId === rollbackId && isOpening(each, at));
  if (granted !== undefined) {
    const { by, comment, rails, overrideId } = granted;
    return { by, text: `asked for by ${by}, three approvals: ${comment}`, opened: rails, overrideId };
  }
  if (state !== 'requested' || request === undefined) return undefined;
  const { by, comment } = request;
  return { by, text: `asked for by ${by}: ${comment}`, opened: new Set(), overrideId: undefined };
};

/** Whether people wait for a rollback, or for what came of their wish. */
const isAwaited = (rollback: Rollback, state: DeciderState, at: number): boolean => {
  const { rollbackId, plan, request } = rollback;
  if (wishOf(rollback, state, at) !== undefined) return true;
  if (plan?.by !== undefined) return isUnderWay(rollback) || isNoticeDue(rollback);
  const isVoted = [...state.overrides.values()].some(
    (each) => each.rollbackId === rollbackId && each.state === 'requested',
  );
  return isVoted || (plan === undefined && request !== undefined && at < request.atMs + OVERRIDE_MS);
};

/** The rollout of a rollback: as it was asked for, or found by the id that follows from it. */
const rolloutOf = (rollback: Rollback, { rollouts }: DeciderState, hash: Deciding['hash']): Rollout | undefined => {
  const rolloutId = rollback.plan?.rolloutId ?? rollback.request?.rolloutId ?? rollback.proposal?.rolloutId;
  if (rolloutId !== undefined) return rollouts.get(rolloutId);
  return [...rollouts.values()].find((each) => rollbackIdOf(each, hash) === rollback.rollbackId);
};

const subjectOf = (rollout: Rollout | undefined): AlertSubject =>
  rollout === undefined ? FLEET : { scope: 'release', key: releaseName(rollout.release) };

const reasonOf = (text: string, tick: number): Reason => ({
  rule: ROLLBACK_REQUESTED.name,
  signal: ROLLBACK_REQUESTED.name,
  text: text.slice(0, 500),
  value: null,
  threshold: 0,
  windowMs: 0,
  good: 0,
  bad: 0,
  tick,
  coverage: 1,
});

/** Fires for what people ask for, before incidents are opened; and ends what nobody waits for any more. */
export const decideRequestAlerts = (draft: Draft, { view, hash }: Deciding): void => {
  const { at, tick } = view;
  const awaited = new Map<string, AlertSubject & { readonly text: string }>();
  for (const rollback of draft.state.rollbacks.values()) {
    if (!isAwaited(rollback, draft.state, at)) continue;
    const rollout = rolloutOf(rollback, draft.state, hash);
    const subject = subjectOf(rollout);
    const what = rollout === undefined ? 'a rollout that is not known any more' : releaseName(rollout.release);
    const wish = wishOf(rollback, draft.state, at)?.text ?? 'is decided, or waits for an override';
    awaited.set(alertKeyOf(ROLLBACK_REQUESTED.name, subject.scope, subject.key), {
      ...subject,
      text: `rollback of ${what}: ${wish}`,
    });
  }
  const open = [...draft.state.alerts.values()].filter(({ rule }) => rule === ROLLBACK_REQUESTED.name);
  const byKey = new Map(open.map((alert) => [alertKeyOf(alert.rule, alert.scope, alert.key), alert]));
  const context = { rule: ROLLBACK_REQUESTED, at };
  for (const [key, { text, ...subject }] of awaited) {
    const newAlertId = (): string => hash(`alert|${key}|${tick}`);
    const assessment = { is: 'breached', reason: reasonOf(text, tick) } as const;
    draft.add(decideAlert(byKey.get(key), assessment, { ...context, subject, newAlertId }));
  }
  for (const [key, alert] of byKey) {
    if (awaited.has(key)) continue;
    const assessment = { is: 'clear', reason: reasonOf('nobody waits for the rollback any more', tick) } as const;
    draft.add(decideAlert(alert, assessment, { ...context, subject: alert, newAlertId: () => alert.alertId }));
  }
};

const incidentOf = (draft: Draft, subject: AlertSubject): Incident | undefined => {
  const alert = [...draft.state.alerts.values()].find(
    ({ rule, scope, key }) => rule === ROLLBACK_REQUESTED.name && scope === subject.scope && key === subject.key,
  );
  return [...draft.state.incidents.values()].find(
    ({ state, alertIds }) => state === 'open' && alert !== undefined && alertIds.has(alert.alertId),
  );
};

/** Success, per cent, to go by: where nothing is known of the release it is taken for dead, where there is no control for perfect. */
const gapOf = ({ success, control }: Comparison) => ({ release: success ?? 0, control: control ?? 100 });

interface Answering {
  readonly rollback: Rollback;
  readonly rollout: Rollout;
  readonly wish: Wish;
  readonly incidentId: string;
}

const answer = (draft: Draft, { rollback, rollout, wish, incidentId }: Answering, { view }: Deciding): Event[] => {
  const { rollbackId, refusedRails } = rollback;
  const { rolloutId, service, release: from, previous: to } = rollout;
  const { at, tick } = view;
  const suspect = suspectOfRollout(rollout, draft.state, view);
  const facts = gatherFacts(suspect, draft.state, view);
  const rails = judgeRails(facts);
  const refusals = refusalsTo({ is: 'person', overrides: wish.opened }, rails);
  if (refusals.length > 0)
    return refusals
      .filter(({ rail }) => rollback.state === 'requested' || !refusedRails.has(rail))
      .map(({ rail, detail }) => event('RollbackRefused', { rollbackId, incidentId, rail, because: detail, at }));
  const { by, text, overrideId } = wish;
  const plan = { rollbackId, incidentId, rolloutId, service, from, to, waves: facts.waves.map((wave) => [...wave]) };
  const because = { trigger: reasonOf(text, tick), evidence: [], rails: [...rails], gap: gapOf(suspect.comparison) };
  const who = overrideId === undefined ? { by } : { by, overrideId };
  return [event('RollbackDecided', { ...plan, ...because, ...who, at })];
};

/** Of a rollout that is not known any more nothing can be decided: it is said once, and whoever asked has the incident. */
const refuseUnknown = (draft: Draft, { rollbackId }: Rollback, at: number): void => {
  const incidentId = incidentOf(draft, FLEET)?.incidentId;
  if (incidentId === undefined) return;
  const because = 'its rollout changed nothing within a day and is not known any more';
  draft.add([event('RollbackRefused', { rollbackId, incidentId, rail: 'target', because, at })]);
};

/** R31: what a person asked for is decided, or refused by each rail of class S or X, in the tick that knows of it; its rollouts halt first. */
export const decideRequestedRollbacks = (draft: Draft, deciding: Deciding): void => {
  const { view, hash } = deciding;
  for (const rollbackId of draft.state.rollbacks.keys()) {
    const rollback = draft.state.rollbacks.get(rollbackId);
    const wish = rollback && wishOf(rollback, draft.state, view.at);
    if (rollback === undefined || wish === undefined) continue;
    const rollout = rolloutOf(rollback, draft.state, hash);
    if (rollout === undefined) {
      if (rollback.state === 'requested') refuseUnknown(draft, rollback, view.at);
      continue;
    }
    const incident = incidentOf(draft, subjectOf(rollout));
    if (incident === undefined) continue;
    for (const each of draft.state.rollouts.values())
      if (each.service === rollout.service) draft.add(decideHalt(each, `rollback ${wish.text}`.slice(0, 500), view.at));
    draft.add(answer(draft, { rollback, rollout, wish, incidentId: incident.incidentId }, deciding));
  }
};

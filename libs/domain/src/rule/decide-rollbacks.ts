import { releaseName } from '#contracts';
import { type Alert, alertKeyOf } from '../alert/alert.js';
import { releaseOfSubject } from '../incident/incident.js';
import { NODE_OUTAGE } from '../presence/node-rules.js';
import { RESTART_LOOP } from '../presence/restart-loop.decide.js';
import { compareRelease, type Comparison, isToBlame } from '../rollout/blame.js';
import { judgeRails } from '../rollout/rails.js';
import { rollbackIdOf } from '../rollout/rollback.js';
import { decideRollback, type HeldTrigger } from '../rollout/rollback.decide.js';
import { gatherFacts } from '../rollout/rollback-case.js';
import { decideHalt } from '../rollout/rollout.decide.js';
import type { Assessments, Deciding } from './deciding.js';
import type { Draft } from './draft.js';

interface Held extends HeldTrigger {
  readonly alert: Alert;
}

/**
 * Triggers that hold on this very tick; one that fired earlier and no longer breaches starts nothing, nor does one that breaches by
 * absence: a release that says nothing was not seen to fail.
 */
const heldTriggers = (draft: Draft, { rules }: Deciding, assessments: Assessments): readonly Held[] =>
  [...draft.state.alerts.values()].flatMap((alert) => {
    const order = rules.find(({ name }) => name === alert.rule)?.rollbackOrder;
    const assessment = assessments.get(alertKeyOf(alert.rule, alert.scope, alert.key));
    if (order === undefined || assessment?.is !== 'breached' || assessment.isByAbsence === true) return [];
    return [{ alert, order, reason: assessment.reason, heldSinceMs: alert.firedAtMs }];
  });

interface Candidate {
  readonly comparison: Comparison;
  readonly triggers: readonly Held[];
}

/** Releases with a trigger of their own; and for the fleet's triggers every release that is worse than its control. */
const candidatesOf = (held: readonly Held[], { view }: Deciding): readonly Candidate[] => {
  const fleet = held.filter(({ alert }) => alert.scope === 'fleet');
  const releases = [...new Set([...view.placement.values()].flatMap((each) => [...each]))].sort();
  return releases.flatMap((release) => {
    const own = held.filter(({ alert }) => releaseOfSubject(alert.scope, alert.key) === release);
    if (own.length === 0 && fleet.length === 0) return [];
    const comparison = compareRelease(view.windows, release, view.placement, view.endSlot);
    const triggers = [...own, ...(isToBlame(comparison) ? fleet : [])];
    return triggers.length === 0 ? [] : [{ comparison, triggers }];
  });
};

/** What speaks for a rollback but starts none: nodes of the release that are down or restart by themselves. */
const evidenceOf = (draft: Draft, release: string, { view }: Deciding): readonly HeldTrigger[] =>
  [...draft.state.alerts.values()]
    .filter(({ rule }) => rule === RESTART_LOOP.name || rule === NODE_OUTAGE.name)
    .filter((alert) => view.placeOf(alert).release === release)
    // After every trigger; that it holds is no reason to hurry.
    .map(({ reason }) => ({ order: Infinity, reason, heldSinceMs: Infinity }));

const incidentOfCandidate = (draft: Draft, { comparison, triggers }: Candidate): string | undefined => {
  const open = [...draft.state.incidents.values()].filter((incident) => incident.state === 'open');
  const named = open.find(({ suspect }) => suspect === comparison.release);
  return (named ?? open.find(({ alertIds }) => triggers.some(({ alert }) => alertIds.has(alert.alertId))))?.incidentId;
};

/** R41: a breach freezes every rollout of the service, in the same tick. */
const halt = (draft: Draft, service: string, because: string, at: number): void => {
  for (const rollout of draft.state.rollouts.values())
    if (rollout.service === service) draft.add(decideHalt(rollout, because, at));
};

const servicesOf = (draft: Draft, release: string): ReadonlySet<string> =>
  new Set(
    [...draft.state.rollouts.values()]
      .filter((each) => releaseName(each.release) === release)
      .map(({ service }) => service),
  );

const decideCandidate = (draft: Draft, candidate: Candidate, deciding: Deciding): void => {
  const { view, hash } = deciding;
  const { comparison, triggers } = candidate;
  const incidentId = incidentOfCandidate(draft, candidate);
  if (incidentId === undefined) return;
  const isDecided = [...draft.state.rollbacks.values()].some(
    (each) => each.incidentId === incidentId && each.plan && releaseName(each.plan.from) === comparison.release,
  );
  if (isDecided) return;
  const facts = gatherFacts(comparison.release, comparison, draft.state, view);
  // Of a release that nobody is known to have brought nothing is decided; what refuses it is recorded for each incident.
  const { rollout } = facts;
  const rollbackId =
    rollout === undefined ? hash(`rollback|${incidentId}|${comparison.release}`) : rollbackIdOf(rollout, hash);
  const rollback = draft.state.rollbacks.get(rollbackId);
  if (rollback !== undefined && rollback.state !== 'refused') return;
  const evidence = evidenceOf(draft, comparison.release, deciding);
  const all = { triggers: [...triggers, ...evidence], facts, rails: judgeRails(facts) };
  const events = decideRollback(rollback, { rollbackId, incidentId, ...all });
  const decided = events.find((each) => each.type === 'RollbackDecided');
  if (decided !== undefined) {
    const { service, trigger } = decided.data;
    // Before the rollback, in the log as well: nothing widens the rollout while it is taken back (R30).
    halt(draft, service, `rollback of ${comparison.release}: ${trigger.text}`, view.at);
  }
  draft.add(events);
  if (decided !== undefined) return;
  // What rails refuse to roll back is not brought to more nodes either.
  const because = triggers[0]?.reason.text;
  if (because === undefined || !isToBlame(comparison)) return;
  for (const service of servicesOf(draft, comparison.release)) halt(draft, service, because, view.at);
};

/** From triggers that hold to at most one rollback for each release and incident, or to the rails that refuse it. */
export const decideRollbacks = (draft: Draft, deciding: Deciding, assessments: Assessments): void => {
  const held = heldTriggers(draft, deciding, assessments);
  if (held.length === 0) return;
  for (const candidate of candidatesOf(held, deciding)) decideCandidate(draft, candidate, deciding);
};

import { releaseName } from '#contracts';
import { decideCall } from '../action/call.decide.js';
import type { Incident } from '../incident/incident.js';
import type { JudgedChange } from '../rollout/blame.js';
import { carries } from '../rollout/change.js';
import { judgeRails } from '../rollout/rails.js';
import { rollbackIdOf } from '../rollout/rollback.js';
import { decideRollback, REFUSAL_AFTER_MS, type RollbackCase } from '../rollout/rollback.decide.js';
import { gatherFacts } from '../rollout/rollback-case.js';
import { rollbackCall } from '../rollout/rollback-call.js';
import { decideHalt } from '../rollout/rollout.decide.js';
import { judgedChanges, strangerOf, type Suspect, suspectOf } from '../rollout/suspect.js';
import type { Assessments, Deciding } from './deciding.js';
import type { Draft } from './draft.js';
import { evidenceFor, type HeldAlert, heldTriggers, releaseOfTrigger } from './rollback-triggers.js';

interface Candidate {
  readonly suspect: Suspect;
  readonly triggers: readonly HeldAlert[];
}

/** Whether a trigger is about a suspect: its own release, or the fleet's and not older than the suspect. */
const speaksFor = (held: HeldAlert, { release, change }: Suspect): boolean => {
  const own = releaseOfTrigger(held);
  if (own !== undefined) return change === undefined ? own === release : carries(change, own);
  return held.alert.scope === 'fleet' && change !== undefined && change.sinceMs <= held.heldSinceMs;
};

/** The worst of the changes that a release has, for want of one that is to blame; or the release itself, that nobody brought. */
const likeliestOf = (release: string, suspects: readonly Suspect[], { view }: Deciding): Suspect =>
  suspects
    .filter(({ change }) => change !== undefined && carries(change, release))
    .toSorted((a, b) => (b.comparison.effect ?? -Infinity) - (a.comparison.effect ?? -Infinity))[0] ??
  strangerOf(release, view);

/**
 * Who may be rolled back: every change that is to blame, or whose gate says so, for all that speaks for it; and for a release with a
 * trigger of its own that none of these explains, the likeliest: the rails refuse it, and say why.
 */
const candidatesOf = (
  held: readonly HeldAlert[],
  judged: readonly JudgedChange[],
  draft: Draft,
  deciding: Deciding,
): readonly Candidate[] => {
  const suspects = judged.map((each) => suspectOf(each, judged, draft.state, deciding.view));
  const blamed = suspects
    .filter(({ isBlamed, gateSays }) => isBlamed || gateSays !== undefined)
    .map((suspect) => ({ suspect, triggers: held.filter((each) => speaksFor(each, suspect)) }))
    .filter(({ triggers }) => triggers.length > 0);
  const explained = new Set(blamed.flatMap(({ triggers }) => triggers));
  const others = new Map<string, Candidate>();
  for (const each of held) {
    const release = releaseOfTrigger(each);
    if (release === undefined || explained.has(each)) continue;
    const suspect = likeliestOf(release, suspects, deciding);
    const triggers = [...(others.get(suspect.release)?.triggers ?? []), each];
    others.set(suspect.release, { suspect, triggers });
  }
  return [...blamed, ...others.values()];
};

const incidentOf = (draft: Draft, { suspect, triggers }: Candidate): Incident | undefined => {
  const open = [...draft.state.incidents.values()].filter((incident) => incident.state === 'open');
  const named = open.find((incident) => incident.suspect === suspect.release);
  return named ?? open.find(({ alertIds }) => triggers.some(({ alert }) => alertIds.has(alert.alertId)));
};

/** R41: a breach freezes every rollout of the service, in the same tick. */
const halt = (draft: Draft, service: string, because: string, at: number): void => {
  for (const rollout of draft.state.rollouts.values())
    if (rollout.service === service) draft.add(decideHalt(rollout, because, at));
};

/** What a candidate is called by: the one rollback of its rollout, or what is recorded of a release that nobody brought. */
const idOf = ({ suspect }: Candidate, { incidentId }: Incident, hash: Deciding['hash']): string =>
  suspect.change === undefined
    ? hash(`rollback|${incidentId}|${suspect.release}`)
    : rollbackIdOf(suspect.change.rollout, hash);

/** Whether this incident has a rollback of the release already, under whichever rollout. */
const isDecided = (draft: Draft, { suspect }: Candidate, { incidentId }: Incident): boolean =>
  [...draft.state.rollbacks.values()].some(
    (each) => each.incidentId === incidentId && each.plan && releaseName(each.plan.from) === suspect.release,
  );

/** Who is on call hears of what a person must do about a rollback that does not start by itself; once. */
const callFor = (draft: Draft, { triggers }: Candidate, told: RollbackCase, at: number): void => {
  const incident = draft.state.incidents.get(told.incidentId);
  const [first] = triggers;
  const text = rollbackCall(told.rails, told.facts);
  if (incident === undefined || first === undefined || text === undefined) return;
  if (at - Math.min(...triggers.map(({ heldSinceMs }) => heldSinceMs)) < REFUSAL_AFTER_MS) return;
  const because = `rollback of ${told.facts.comparison.release} ${text}`;
  const { alertId } = first.alert;
  const rollback = { rollbackId: told.rollbackId, step: 'refused' } as const;
  draft.add(decideCall(incident, { to: 'on_call', rollback, alertId, because, at }));
};

const decideCandidate = (
  draft: Draft,
  candidate: Candidate,
  judged: readonly JudgedChange[],
  deciding: Deciding,
): void => {
  const { view, hash } = deciding;
  const { suspect, triggers } = candidate;
  const incident = incidentOf(draft, candidate);
  if (incident === undefined || isDecided(draft, candidate, incident)) return;
  const { incidentId } = incident;
  const rollbackId = idOf(candidate, incident, hash);
  const rollback = draft.state.rollbacks.get(rollbackId);
  if (rollback !== undefined && rollback.state !== 'refused' && rollback.state !== 'proposed') return;
  const facts = gatherFacts(suspect, draft.state, view);
  const all = [...triggers, ...evidenceFor(draft, suspect.release, deciding)];
  const given = { rollbackId, incidentId, triggers: all, facts, rails: judgeRails(facts), judged };
  const events = decideRollback(rollback, given);
  const isCommanded = events.some(({ type }) => type === 'RollbackDecided');
  // What rails refuse to roll back is not brought to more nodes either; and before the rollback, in the log as well (R30, R41).
  const because = triggers.toSorted((a, b) => a.order - b.order)[0]?.reason.text ?? '';
  const why = isCommanded ? `rollback of ${suspect.release}: ${because}` : because;
  const service = suspect.change?.rollout.service;
  if (service !== undefined && (isCommanded || suspect.isBlamed || suspect.gateSays !== undefined))
    halt(draft, service, why, view.at);
  draft.add(events);
  if (!isCommanded) callFor(draft, candidate, given, view.at);
};

/** From triggers that hold to at most one rollback for each release and incident, or to the rails that refuse it. */
export const decideRollbacks = (draft: Draft, deciding: Deciding, assessments: Assessments): void => {
  const held = heldTriggers(draft, deciding, assessments);
  if (held.length === 0) return;
  const judged = judgedChanges(draft.state, deciding.view);
  for (const candidate of candidatesOf(held, judged, draft, deciding))
    decideCandidate(draft, candidate, judged, deciding);
};

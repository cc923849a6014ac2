import { event, type Release } from '#contracts';
import { decideEscalation } from '../action/escalation.decide.js';
import { type Alert, alertKeyOf } from '../alert/alert.js';
import type { Incident } from '../incident/incident.js';
import type { Assessments, Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { TickView } from '../rule/tick-view.js';
import type { RedirectPlace } from './capacity.js';
import { gatherRedirectFacts } from './redirect-case.js';
import { decideRedirection, REFUSAL_AFTER_MS } from './redirect.decide.js';
import { readRedirectHealth } from './redirect-health.js';
import { judgeRedirect } from './redirect-rails.js';
import { isMoving } from './redirect.js';
import { decideRedirectStep } from './redirect-step.decide.js';

/** Where no rollout names the service. */
const SERVICE = 'dns';

/** An alert whose rule moves traffic, and its incident. */
export interface RedirectCause {
  readonly alert: Alert;
  readonly incident: Incident;
}

const placeOf = ({ scope, key }: Alert): RedirectPlace | undefined =>
  scope === 'pop' || scope === 'region' ? { scope, key } : undefined;

/** What most of some nodes run, by name among equals; `name+revision` taken apart again. */
const releaseOf = (nodeIds: readonly string[], view: TickView): Release | undefined => {
  const counts = new Map<string, number>();
  for (const nodeId of nodeIds) {
    const release = view.node(nodeId)?.release;
    if (release !== undefined) counts.set(release, (counts.get(release) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const [softwareVersion, configRev] = most?.[0].split('+') ?? [];
  return softwareVersion === undefined || configRev === undefined ? undefined : { softwareVersion, configRev };
};

const idOf = (draft: Draft, { scope, key, alertId }: Alert, hash: Deciding['hash']): string => {
  const before = [...draft.state.redirects.values()].filter(({ plan }) => plan?.scope === scope && plan.key === key);
  return hash(`redirect|${alertId}|${before.length}`);
};

const isUnderWay = (draft: Draft, { scope, key }: Alert): boolean =>
  [...draft.state.redirects.values()].some(
    (each) => isMoving(each) && each.plan?.scope === scope && each.plan.key === key,
  );

/** The fleet has nowhere to go; said once, unless one of its places is the cause and is moved. */
const refuseFleet = (draft: Draft, { alert, incident }: RedirectCause, { view, hash }: Deciding): void => {
  if (alert.scope !== 'fleet' || view.at - alert.firedAtMs < REFUSAL_AFTER_MS) return;
  const { incidentId } = incident;
  const isSaid = [...draft.state.redirects.values()].some((each) => each.incidentId === incidentId);
  if (isSaid) return;
  const because = 'the whole fleet has no sibling: nothing is moved';
  const ids = { redirectId: idOf(draft, alert, hash), incidentId, alertId: alert.alertId };
  draft.add([event('RedirectRefused', { ...ids, rail: 'siblings', because, at: view.at })]);
};

/** From an alert that fires to a redirect of its place, or to the rails that refuse it. */
export const decideRedirect = (
  draft: Draft,
  cause: RedirectCause,
  deciding: Deciding,
  assessments: Assessments,
): void => {
  const { alert, incident } = cause;
  const { view, hash } = deciding;
  const place = placeOf(alert);
  if (place === undefined) return refuseFleet(draft, cause, deciding);
  const assessment = assessments.get(alertKeyOf(alert.rule, alert.scope, alert.key));
  // One that fired earlier and no longer breaches moves nothing.
  if ((assessment !== undefined && assessment.is !== 'breached') || isUnderWay(draft, alert)) return;
  const facts = gatherRedirectFacts(place, alert, draft.state, view);
  const release = releaseOf(facts.nodes, view);
  if (release === undefined) return;
  const redirectId = idOf(draft, alert, hash);
  const trigger = assessment?.is === 'breached' ? assessment.reason : alert.reason;
  const ids = { redirectId, incidentId: incident.incidentId, alertId: alert.alertId };
  const [rollout] = [...draft.state.rollouts.values()].toSorted((a, b) => b.deployedAtMs - a.deployedAtMs);
  const siblings = [...facts.capacity.healthy];
  const plan = { ...place, nodes: [...facts.nodes], siblings, service: rollout?.service ?? SERVICE, release, trigger };
  const rails = judgeRedirect(facts);
  const redirect = draft.state.redirects.get(redirectId);
  draft.add(decideRedirection(redirect, { heldMs: facts.heldMs, rails, plan: { ...ids, ...plan, at: view.at } }));
};

/** The next steps of the redirects under way; what goes wrong calls a person at once. */
export const decideRedirectSteps = (draft: Draft, { view, answers, verifyMs, hash, sha256 }: Deciding): void => {
  for (const redirectId of draft.state.redirects.keys()) {
    const redirect = draft.state.redirects.get(redirectId);
    if (redirect === undefined || !isMoving(redirect)) continue;
    const redirects = [...draft.state.redirects.values()];
    const { events, trouble } = decideRedirectStep(redirect, {
      at: view.at,
      verifyMs,
      answers,
      sha256,
      // A tick is later than every earlier one, so generations grow even where the last one is no longer remembered.
      generation: Math.max(draft.state.generation + 1, view.tick),
      healthOf: (_redirect, plan) => readRedirectHealth(plan, redirects, view),
      commandIdOf: (id, wave) => hash(`command|${id}|${wave}`),
    });
    draft.add(events);
    const incident = draft.state.incidents.get(redirect.incidentId);
    if (trouble === undefined || incident === undefined) continue;
    const because = `redirect of ${redirect.plan?.scope} ${redirect.plan?.key}: ${trouble}`;
    draft.add(decideEscalation(incident, { to: 'vp', alertId: redirect.alertId, because, at: view.at }));
  }
};

import { event } from '#contracts';
import { decideCall } from '../action/call.decide.js';
import { type Alert, alertKeyOf } from '../alert/alert.js';
import { judgeAutomation } from '../automation/automation-rails.js';
import type { Incident } from '../incident/incident.js';
import type { Assessments, Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { TickView } from '../rule/tick-view.js';
import type { RedirectPlace } from './capacity.js';
import { EVIDENCE_WINDOW_MS, gatherRedirectFacts } from './redirect-case.js';
import { decideRedirection, REFUSAL_AFTER_MS } from './redirect.decide.js';
import { readRedirectHealth } from './redirect-health.js';
import { judgeRedirect, type RedirectFacts } from './redirect-rails.js';
import { heldMsOf } from './held.js';
import { isAway, type Redirect } from './redirect.js';
import { runningRelease, serviceOf } from './running-release.js';
import { decideRedirectStep, type RedirectTrouble } from './redirect-step.decide.js';

/** An alert whose rule moves traffic, and its incident. */
export interface RedirectCause {
  readonly alert: Alert;
  readonly incident: Incident;
}

const placeOf = ({ scope, key }: Alert): RedirectPlace | undefined =>
  scope === 'pop' || scope === 'region' ? { scope, key } : undefined;

/** What the siblings are to expect: what the nodes are expected to answer, and no less than they did in the last minute. */
const perSOf = ({ nodes, outcomes }: RedirectFacts, { rates }: TickView): number => {
  const expected = nodes.reduce((sum, nodeId) => sum + (rates.get(nodeId)?.ownPerS ?? 0), 0);
  return Math.round(Math.max(expected, outcomes / (EVIDENCE_WINDOW_MS / 1_000)));
};

const idOf = (draft: Draft, { scope, key, alertId }: Alert, hash: Deciding['hash']): string => {
  const before = [...draft.state.redirects.values()].filter(({ plan }) => plan?.scope === scope && plan.key === key);
  return hash(`redirect|${alertId}|${before.length}`);
};

const isUnderWay = (draft: Draft, { scope, key }: Alert): boolean =>
  [...draft.state.redirects.values()].some(
    (each) => isAway(each) && each.plan?.scope === scope && each.plan.key === key,
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
  const rule = deciding.rules.find(({ name }) => name === alert.rule);
  const heldMs = heldMsOf(alert, rule, view);
  const facts = gatherRedirectFacts(place, { alert, heldMs }, draft.state, view);
  const release = runningRelease(facts.nodes, view);
  if (release === undefined) return;
  const service = serviceOf(facts.nodes, release, draft.state.rollouts.values());
  const redirectId = idOf(draft, alert, hash);
  const trigger = assessment?.is === 'breached' ? assessment.reason : alert.reason;
  const ids = { redirectId, incidentId: incident.incidentId, alertId: alert.alertId };
  const siblings = [...facts.capacity.healthy];
  const plan = { ...place, nodes: [...facts.nodes], siblings, service, release, perS: perSOf(facts, view), trigger };
  const rails = [...judgeRedirect(facts), ...judgeAutomation(draft.state.automation, service)];
  const redirect = draft.state.redirects.get(redirectId);
  draft.add(decideRedirection(redirect, { heldMs: facts.heldMs, rails, plan: { ...ids, ...plan, at: view.at } }));
};

/** What goes wrong calls the VP; a place that only waits calls who is on call, where its rule would page them. */
const callFor = (draft: Draft, redirect: Redirect, { step, text }: RedirectTrouble, deciding: Deciding): void => {
  const { redirectId, incidentId, alertId, plan } = redirect;
  const incident = draft.state.incidents.get(incidentId);
  const rule = deciding.rules.find(({ name }) => name === plan?.rule);
  if (incident === undefined || (step === 'wait' && rule?.severity === 'warning')) return;
  const because = `redirect of ${plan?.scope} ${plan?.key}: ${text}`;
  const call = { to: step === 'wait' ? 'on_call' : 'vp', redirect: { redirectId, step } } as const;
  draft.add(decideCall(incident, { ...call, alertId, because, at: deciding.view.at }));
};

/** The next steps of the redirects that are not over; each trouble calls a person at once. */
export const decideRedirectSteps = (draft: Draft, deciding: Deciding): void => {
  const { view, answers, verifyMs, hash, sha256 } = deciding;
  for (const redirectId of draft.state.redirects.keys()) {
    const redirect = draft.state.redirects.get(redirectId);
    if (redirect === undefined || !isAway(redirect)) continue;
    const redirects = [...draft.state.redirects.values()];
    const { events, trouble } = decideRedirectStep(redirect, {
      at: view.at,
      verifyMs,
      answers,
      sha256,
      mayCommand: draft.state.automation.isOn,
      // A tick is later than every earlier one, so generations grow even where the last one is no longer remembered.
      generation: Math.max(draft.state.generation + 1, view.tick),
      healthOf: (_redirect, plan) => readRedirectHealth(plan, redirects, view),
      commandIdOf: (id, wave) => hash(`command|${id}|${wave}`),
    });
    draft.add(events);
    if (trouble !== undefined) callFor(draft, redirect, trouble, deciding);
  }
};

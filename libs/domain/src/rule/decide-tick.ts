import type { Alert } from '../alert/alert.js';
import {
  coveredBy,
  coveredByIncident,
  IMPACT_WINDOW_MS,
  readImpact,
  readParts,
  WHOLE_FLEET,
} from '../impact/covered.js';
import { type Causality, causeOrder } from '../incident/causality.js';
import { changesOf, decideCauses } from '../incident/causes.decide.js';
import { Failures } from '../incident/failures.js';
import type { Incident } from '../incident/incident.js';
import {
  decideImpact,
  decideMembership,
  decideResolution,
  decideUnmute,
  decideWidening,
} from '../incident/incident.decide.js';
import { decideDrills } from '../drill/decide-drills.js';
import { decideHaltCommands } from '../action/decide-halt-commands.js';
import {
  decideExternalAcknowledgements,
  decideExternalAlerts,
  decideExternalChanges,
} from '../external-alert/decide-external-alerts.js';
import { isExternal } from '../external-alert/external-alert.js';
import { decideJoined } from '../external-alert/joined.decide.js';
import { decideFallbackSteps } from '../fallback/decide-fallbacks.js';
import { isFallenBack } from '../fallback/fallback.js';
import { decideRoot, linksOf } from '../incident/root.decide.js';
import { decideOverrides } from '../override/decide-overrides.js';
import { decidePresence } from '../presence/presence.decide.js';
import { decideSpillover } from '../incident/spillover.decide.js';
import { isAway } from '../redirect/redirect.js';
import { isUnderWay } from '../rollout/rollback.js';
import { decideGateAlerts } from '../rollout/gate-alert.decide.js';
import { decideArrivals, decideStages } from '../rollout/decide-rollouts.js';
import { decideRequestAlerts, decideRequestedRollbacks } from '../rollout/requested-rollbacks.decide.js';
import { decideWaves } from '../rollout/decide-waves.js';
import { isNoticeDue } from '../rollout/rollback-end.decide.js';
import { decideOverdueAlerts } from '../gate/overdue-alerts.decide.js';
import { decideGates } from '../gate/decide-gates.js';
import { refusedAnswers } from '../signing/refused-commands.js';
import { decideQuiet } from '../silence/decide-quiet.js';
import { decideActions } from '../action/decide-actions.js';
import { decideBreakers } from '../breaker/decide-breakers.js';
import { readOnset } from '../incident/onset.js';
import { decideRedirectSteps } from '../redirect/decide-redirects.js';
import { decideAlerts } from './decide-alerts.js';
import { decideLate } from './decide-late.js';
import { decideRollbacks } from './decide-rollbacks.js';
import type { Deciding } from './deciding.js';
import { decideCustomerEscalations } from '../customer-escalation/decide-customer-escalations.js';
import { describeIncident } from './describe.js';
import type { Draft } from './draft.js';
import { FLEET, type Rule } from './rule.js';
import { decideLosses } from './telemetry-loss.decide.js';
import type { TickView } from './tick-view.js';

/** The longest title, as the contract says. */
const TITLE_MAX = 300;

const openIncidents = ({ state }: Draft) =>
  [...state.incidents.values()]
    .filter((incident) => incident.state === 'open')
    .sort((a, b) => a.openedAtMs - b.openedAtMs || (a.incidentId < b.incidentId ? -1 : 1));

const coveredNow = (incident: Incident, { state }: Draft) =>
  coveredByIncident(incident, state.alerts, (alertId) => state.quiet.mutes.get(alertId)?.by === 'alert');

const decideMemberships = (draft: Draft, { view, rules, hash }: Deciding, causality: Causality): void => {
  // Causes first, so that an incident is named after them and their symptoms join it.
  for (const alert of [...draft.state.alerts.values()].toSorted((a, b) => causeOrder(a, b, causality))) {
    const opening = () => {
      const covers = coveredBy(alert);
      return {
        incidentId: hash(`incident|${alert.alertId}`),
        title: titleOfAlert(alert, rules),
        impact: { ...readImpact(covers, alert, view), ...readParts(covers, view) },
        onsetAt: readOnset(alert, view),
      };
    };
    const links = linksOf(alert, draft.state, causality);
    draft.add(decideMembership(alert, openIncidents(draft), view.at, opening, view.placeOf, links));
  }
  // The page first: whatever else this tick tells of the incident is a change of it.
  for (const decide of [decideUnmute, decideWidening, decideJoined])
    for (const incident of openIncidents(draft))
      draft.add(decide(incident, draft.state.alerts, draft.state.quiet.mutes, view.at));
};

const titleOf = (rule: Rule, alert: Alert): string => {
  // A reason has no number for a timeout only: an alert does not fire on nothing.
  const value = alert.reason.value ?? 'timeout';
  return describeIncident(rule, value, alert);
};

const titleOfAlert = (alert: Alert, rules: readonly Rule[]): string => {
  const rule = rules.find(({ name }) => name === alert.rule);
  return rule === undefined ? alert.reason.text.slice(0, TITLE_MAX) : titleOf(rule, alert);
};

const tellImpact = (draft: Draft, incidentId: string, view: TickView): void => {
  // Another alert may have become its root meanwhile.
  const incident = draft.state.incidents.get(incidentId);
  // With nobody reporting, no impact is no news.
  if (incident === undefined || view.attendance(FLEET).live.length === 0) return;
  // Looked for when it is time to tell it: an incident may have many alerts.
  const covers = () => coveredNow(incident, draft);
  const impact = () => readImpact(covers(), incident.subject, view);
  draft.add(decideImpact(incident, impact, view.at, () => readParts(covers(), view)));
};

const decideIncidents = (draft: Draft, { view, rules, spillovers }: Deciding, causality: Causality): void => {
  const openAlertIds = new Set(draft.state.alerts.keys());
  for (const incident of openIncidents(draft)) {
    if (isExternal(incident.subject)) {
      draft.add(decideResolution(incident, openAlertIds, false, view.at));
      continue;
    }
    draft.add(decideRoot(incident, draft.state.alerts, causality, (alert) => titleOfAlert(alert, rules), view.at));
    draft.add(decideCauses(incident, changesOf(draft.state, view.tick), causality.failures, view));
    for (const signal of spillovers) draft.add(decideSpillover(incident, signal, view.at));
    tellImpact(draft, incident.incidentId, view);
    const rollbacks = [...draft.state.rollbacks.values()].filter((each) => each.incidentId === incident.incidentId);
    const isMoved = [...draft.state.redirects.values()].some(
      (each) => each.incidentId === incident.incidentId && isAway(each),
    );
    const isElsewhere = [...draft.state.fallbacks.values()].some(
      (each) => each.incidentId === incident.incidentId && isFallenBack(each),
    );
    const isActing = isMoved || isElsewhere || rollbacks.some((each) => isUnderWay(each) || isNoticeDue(each));
    draft.add(decideResolution(incident, openAlertIds, isActing, view.at));
  }
};

/** Decides one tick: rollouts, their gates, alerts, what of them pages nobody, membership of incidents, rollbacks, actions, the steps of both, and what became of the incidents. */
export const decideTick = (draft: Draft, told: Deciding): void => {
  const deciding = { ...told, answers: [...told.answers, ...refusedAnswers(draft.state)] };
  const { view } = deciding;
  decideArrivals(draft, deciding);
  decideBreakers(draft, view.at);
  decideCustomerEscalations(draft, deciding);
  decideDrills(draft, deciding);
  decideGates(draft, deciding);
  const assessments = decideAlerts(draft, deciding);
  decideLate(draft, deciding);
  decideLosses(draft, deciding);
  decidePresence(draft, deciding);
  decideGateAlerts(draft, deciding);
  decideOverdueAlerts(draft, deciding);
  decideExternalChanges(draft, deciding);
  decideExternalAlerts(draft, deciding);
  const rules = new Map(deciding.rules.map((rule) => [rule.name, rule]));
  const causality: Causality = { rules, failures: new Failures(view), placeOf: view.placeOf };
  decideRequestAlerts(draft, deciding);
  decideQuiet(draft, deciding, causality, () => readImpact(WHOLE_FLEET, FLEET, view).score);
  decideMemberships(draft, deciding, causality);
  decideExternalAcknowledgements(draft, deciding);
  decideRollbacks(draft, deciding, assessments);
  decideRequestedRollbacks(draft, deciding);
  decideOverrides(draft, deciding);
  decideActions(draft, deciding, {
    assessments,
    impactOf: (incident) => readImpact(coveredNow(incident, draft), incident.subject, view),
    affectedBy: (incident) => view.affected.covered(coveredNow(incident, draft), IMPACT_WINDOW_MS, view.endSlot),
  });
  // Before a wave: who is still on the way to the release stops first.
  decideHaltCommands(draft, deciding);
  decideWaves(draft, deciding);
  decideStages(draft, deciding);
  decideHaltCommands(draft, deciding);
  decideRedirectSteps(draft, deciding);
  decideFallbackSteps(draft, deciding);
  decideIncidents(draft, deciding, causality);
};

import type { Event, Impact, RuleAction } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { decideFallbacksFor } from '../fallback/decide-fallbacks.js';
import type { AffectedCustomer } from '../impact/affected.js';
import type { Incident } from '../incident/incident.js';
import { decideRedirect } from '../redirect/decide-redirects.js';
import type { Assessments, Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import { decideDeclaration } from './declaration.decide.js';
import { decideCall } from './call.decide.js';
import { decideHalts } from './halt.decide.js';
import { decideRequest } from './request.decide.js';

/** What actions need beside the tick. */
export interface Acting {
  readonly assessments: Assessments;
  /** Whom an incident hurts now. */
  readonly impactOf: (incident: Incident) => Impact;
  /** The same, each of them. */
  readonly affectedBy: (incident: Incident) => readonly AffectedCustomer[];
}

const isFiring = ({ state }: Alert): boolean => state === 'firing';

const incidentOf = (draft: Draft, { alertId }: Alert): Incident | undefined =>
  [...draft.state.incidents.values()].find(({ state, alertIds }) => state === 'open' && alertIds.has(alertId));

const declare = (draft: Draft, { rules, view }: Deciding): void => {
  const names = new Set(rules.map(({ name }) => name));
  for (const incident of draft.state.incidents.values()) {
    if (incident.state !== 'open' || incident.priority !== undefined) continue;
    const alerts = [...incident.alertIds].flatMap((alertId) => draft.state.alerts.get(alertId) ?? []);
    const critical = alerts.filter(
      (alert) => alert.severity === 'critical' && isFiring(alert) && names.has(alert.rule),
    );
    const rollback = [...draft.state.rollbacks.values()].find(
      (each) => each.incidentId === incident.incidentId && each.plan,
    );
    draft.add(decideDeclaration(incident, { critical, rollback: rollback?.plan?.reason, at: view.at }));
  }
};

const escalationText = ({ reason }: Alert, { affectedCustomers, dollarsPerMinute }: Impact): string =>
  `${reason.text}; ${affectedCustomers} customers, $${dollarsPerMinute} a minute`;

/** Actions that belong to an incident; an alert that stands alone has none, and has them when it joins one. */
const actInIncident = (draft: Draft, alert: Alert, action: RuleAction, deciding: Deciding, acting: Acting): void => {
  const incident = incidentOf(draft, alert);
  if (incident === undefined) return;
  const { at } = deciding.view;
  switch (action.do) {
    case 'escalate': {
      // Whoever silenced it, or announced the work, knows; what is inhibited is a symptom of what calls.
      const mutedBy = draft.state.quiet.mutes.get(alert.alertId)?.by;
      if (mutedBy === 'silence' || mutedBy === 'maintenance') return;
      const because = escalationText(alert, acting.impactOf(incident));
      return draft.add(decideCall(incident, { to: action.to, alertId: alert.alertId, because, at }));
    }
    case 'status_update':
      return draft.add(decideRequest(incident, action.do, { alert, impact: acting.impactOf(incident), at }));
    case 'fall_back':
      draft.add(decideRequest(incident, action.do, { alert, impact: acting.impactOf(incident), at }));
      return decideFallbacksFor(draft, { alert, incident, action }, acting.affectedBy(incident), deciding);
    case 'redirect_traffic':
      return decideRedirect(draft, { alert, incident }, deciding, acting.assessments);
    // A page is the delivery of the incident's events, a rollback is decided by the order of its triggers, a halt needs no incident.
    case 'page':
    case 'roll_back':
    case 'halt':
      return;
  }
};

const actFor = (draft: Draft, alert: Alert, deciding: Deciding, acting: Acting): void => {
  const rule = deciding.rules.find(({ name }) => name === alert.rule);
  for (const action of rule?.actions ?? []) {
    if (action.do !== 'halt') {
      actInIncident(draft, alert, action, deciding, acting);
      continue;
    }
    const halts: readonly Event[] = decideHalts(alert, draft.state.rollouts.values(), deciding.view.at);
    draft.add(halts);
  }
};

/**
 * What rules do beside the record, in the tick in which they fire and for as long as they do: each action is taken once, by what is
 * recorded of its incident, so that it makes no difference how often it is looked at.
 */
export const decideActions = (draft: Draft, deciding: Deciding, acting: Acting): void => {
  declare(draft, deciding);
  for (const alert of draft.state.alerts.values()) if (isFiring(alert)) actFor(draft, alert, deciding, acting);
};

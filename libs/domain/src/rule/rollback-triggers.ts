import { type Alert, alertKeyOf } from '../alert/alert.js';
import { releaseOfSubject } from '../incident/incident.js';
import { NODE_OUTAGE } from '../presence/node-rules.js';
import { RESTART_LOOP } from '../presence/restart-loop.decide.js';
import { SILENT_SHARE } from '../presence/silent-share.decide.js';
import { provedDead } from '../rollout/blame-cells.js';
import { EVIDENCE_NODES_MIN } from '../rollout/evidence-rails.js';
import { ROLLOUT_GATE } from '../rollout/gate-alert.decide.js';
import type { HeldTrigger } from '../rollout/rollback.decide.js';
import type { Assessments, Deciding } from './deciding.js';
import type { Draft } from './draft.js';

/** After the triggers of the rules, which are listed (R29): the gate, and nodes of a release that are dead. */
const ORDER_OF = { gate: 1_000, dead: 1_001 } as const;

/** A trigger, and the alert that holds it. */
export interface HeldAlert extends HeldTrigger {
  readonly alert: Alert;
}

/** A rule that rolls back: what it says on this very tick. One that breaches by absence proves nothing: what says nothing was not seen to fail. */
const ofRule = (alert: Alert, { rules }: Deciding, assessments: Assessments): readonly HeldAlert[] => {
  const order = rules.find(({ name }) => name === alert.rule)?.rollbackOrder;
  const assessment = assessments.get(alertKeyOf(alert.rule, alert.scope, alert.key));
  if (order === undefined || assessment?.is !== 'breached' || assessment.isByAbsence === true) return [];
  return [{ alert, order, reason: assessment.reason, heldSinceMs: alert.firedAtMs }];
};

/** What a gate said holds until its release is gone: failures latch. */
const ofGate = (alert: Alert): readonly HeldAlert[] =>
  alert.rule === ROLLOUT_GATE.name && alert.state === 'firing'
    ? [{ alert, order: ORDER_OF.gate, reason: alert.reason, heldSinceMs: alert.firedAtMs }]
    : [];

/** A release of which nodes are silent, and enough of them are shown to be dead: nobody else would tell of it. */
const ofDead = (alert: Alert, { view }: Deciding): readonly HeldAlert[] => {
  if (alert.rule !== SILENT_SHARE.name || alert.scope !== 'release' || alert.state !== 'firing') return [];
  const dead = provedDead(view);
  const here = view.nodes.filter(({ nodeId, release }) => release === alert.key && dead.has(nodeId));
  if (here.length < EVIDENCE_NODES_MIN) return [];
  return [{ alert, order: ORDER_OF.dead, reason: alert.reason, heldSinceMs: alert.firedAtMs }];
};

/** Triggers that hold on this tick; a rule that fired earlier and no longer breaches starts nothing. */
export const heldTriggers = (draft: Draft, deciding: Deciding, assessments: Assessments): readonly HeldAlert[] =>
  [...draft.state.alerts.values()].flatMap((alert) => [
    ...ofRule(alert, deciding, assessments),
    ...ofGate(alert),
    ...ofDead(alert, deciding),
  ]);

/** The release that a trigger points at; undefined for the fleet's. */
export const releaseOfTrigger = ({ alert }: HeldAlert): string | undefined => releaseOfSubject(alert.scope, alert.key);

/** What speaks for a rollback but starts none: nodes of the release that are down or restart by themselves. */
export const evidenceFor = (draft: Draft, release: string, { view }: Deciding): readonly HeldTrigger[] =>
  [...draft.state.alerts.values()]
    .filter(({ rule }) => rule === RESTART_LOOP.name || rule === NODE_OUTAGE.name)
    .filter((alert) => view.placeOf(alert).release === release)
    // After every trigger; that it holds is no reason to hurry.
    .map(({ reason }) => ({ order: Infinity, reason, heldSinceMs: Infinity }));

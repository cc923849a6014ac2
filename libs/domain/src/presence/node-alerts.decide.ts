import type { Reason } from '#contracts';
import type { Alert, Assessment } from '../alert/alert.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { TickView } from '../rule/tick-view.js';
import type { JudgedNode } from './judged-fleet.js';
import { readSuccess } from './node-evidence.js';
import { NODE_OUTAGE, NODE_SILENT } from './node-rules.js';
import { ALERT_MIN_MS, isUnheard, readRecovery, type Recovery } from './node-recovery.js';
import { describeEvidence, type NodeState } from './node-verdict.decide.js';
import { OpenAlerts, type PresenceRule } from './open-alerts.js';
import { addAlert, presenceReason } from './presence-alert.js';

/** What a node says cannot be so. */
export const TELEMETRY_FAULT = { name: 'telemetry_fault', severity: 'warning' } as const;
/** Its agent says that it fails. */
export const AGENT_FAULT = { name: 'agent_fault', severity: 'warning' } as const;
/** It answers far fewer than it should. */
export const TRAFFIC_LOST = { name: 'traffic_lost', severity: 'warning' } as const;

const NODE_RULES: readonly PresenceRule[] = [NODE_OUTAGE, NODE_SILENT, TELEMETRY_FAULT, AGENT_FAULT, TRAFFIC_LOST];

const RULE_OF: Readonly<Record<NodeState, PresenceRule | undefined>> = {
  healthy: undefined,
  outage: NODE_OUTAGE,
  unknown: NODE_SILENT,
  telemetry_fault: TELEMETRY_FAULT,
  agent_fault: AGENT_FAULT,
  lost_traffic: TRAFFIC_LOST,
};

/** States in the words of a reason, and of an incident's title. */
const NAME_OF: Readonly<Record<NodeState, string>> = {
  healthy: 'healthy',
  outage: 'outage',
  unknown: 'unknown',
  telemetry_fault: 'telemetry fault',
  agent_fault: 'agent fault',
  lost_traffic: 'lost traffic',
};

/** What proves that an alert is over. */
const isOver = (rule: PresenceRule, recovery: Recovery): boolean => {
  switch (rule) {
    case NODE_OUTAGE:
    case NODE_SILENT:
      return recovery.isAnswering;
    case TRAFFIC_LOST:
      return recovery.isTold;
    case AGENT_FAULT:
      return recovery.isBeating;
    default:
      return recovery.isComplete;
  }
};

const reasonOf = (
  rule: PresenceRule,
  { node, evidence, verdict }: JudgedNode,
  text: string,
  view: TickView,
): Reason => {
  const success = readSuccess(node, view);
  const { percent, good, of } = success;
  const value = rule === NODE_SILENT || percent === 'unknown' ? evidence.silentMs / 1_000 : percent;
  const because = `node ${node.nodeId} ${text}: ${verdict.because}: ${describeEvidence(evidence, success)}`;
  return presenceReason(rule, because, view.tick, { value, good, bad: Math.max(0, Math.round(of - good)) });
};

const assess = (rule: PresenceRule, judged: JudgedNode, alert: Alert | undefined, view: TickView): Assessment => {
  const { node, evidence, verdict } = judged;
  if (RULE_OF[verdict.state] === rule)
    return { is: 'breached', reason: reasonOf(rule, judged, NAME_OF[verdict.state], view) };
  if (alert === undefined) return { is: 'undecided' };
  if (view.at - alert.firedAtMs >= ALERT_MIN_MS && isOver(rule, readRecovery(node, evidence, view)))
    return { is: 'clear', reason: reasonOf(rule, judged, 'is back', view) };
  // A silent node is unknown as it is: its page stays.
  if (rule === NODE_SILENT || !isUnheard(node, view)) return { is: 'undecided' };
  return { is: 'unknown', because: `nothing is heard of ${node.nodeId}` };
};

/** While a page stands for a node, what is only a warning says nothing new. */
const isOutshone = (rule: PresenceRule, subject: { scope: 'node'; key: string }, open: OpenAlerts): boolean =>
  rule.severity === 'warning' && [NODE_OUTAGE, NODE_SILENT].some((page) => open.find(page, subject) !== undefined);

/** Fires and resolves the alerts of every node that a tick judged; one that is not known any more keeps its alerts as they are. */
export const decideNodeAlerts = (
  draft: Draft,
  deciding: Deciding,
  judged: readonly JudgedNode[],
  open: OpenAlerts,
): void => {
  const alerted = new Set(NODE_RULES.flatMap((rule) => open.of(rule).map(({ key }) => key)));
  for (const each of judged) {
    const { nodeId } = each.node;
    if (each.verdict.state === 'healthy' && !alerted.has(nodeId)) continue;
    const subject = { scope: 'node', key: nodeId } as const;
    for (const rule of NODE_RULES) {
      const alert = open.find(rule, subject);
      if (alert === undefined && (RULE_OF[each.verdict.state] !== rule || isOutshone(rule, subject, open))) continue;
      addAlert(draft, deciding, rule, subject, alert, assess(rule, each, alert, deciding.view));
    }
  }
};

import { TICK_MS } from '#contracts';
import type { Assessment } from '../alert/alert.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { AlertSubject } from '../rule/rule.js';
import type { JudgedNode } from './judged-fleet.js';
import type { Restart } from './node-activity.js';
import { OpenAlerts } from './open-alerts.js';
import { addAlert, presenceReason } from './presence-alert.js';

/** R61: servers restart by themselves, one again and again, or several of one release. Pages. */
export const RESTART_LOOP = { name: 'restart_loop', severity: 'critical' } as const;

/** Three restarts in five minutes are a loop (R61); all of it is applied again after a restart of the rules. */
const RESTARTS_MIN = 3;
const LOOP_TICKS = 300_000 / TICK_MS;
/** Names of nodes in a reason; it counts all of them. */
const NODES_NAMED_MAX = 5;

interface Loop {
  readonly subject: AlertSubject;
  readonly restarts: number;
  readonly nodeIds: ReadonlySet<string>;
}

const recentOf = ({ node }: JudgedNode, tick: number): readonly Restart[] =>
  node.restarts.filter((restart) => tick - restart.tick < LOOP_TICKS);

/** Loops of single nodes, and of releases where more than one node restarted: a node alone says little about its release. */
const loopsOf = (judged: readonly JudgedNode[], tick: number): readonly Loop[] => {
  const loops: Loop[] = [];
  const byRelease = new Map<string, { restarts: number; nodeIds: Set<string> }>();
  for (const each of judged) {
    if (each.node.restarts.length === 0) continue;
    const { nodeId } = each.node;
    const recent = recentOf(each, tick);
    if (recent.length >= RESTARTS_MIN)
      loops.push({ subject: { scope: 'node', key: nodeId }, restarts: recent.length, nodeIds: new Set([nodeId]) });
    for (const { release } of recent) {
      const known = byRelease.get(release) ?? { restarts: 0, nodeIds: new Set<string>() };
      known.restarts += 1;
      byRelease.set(release, { ...known, nodeIds: known.nodeIds.add(nodeId) });
    }
  }
  for (const [release, { restarts, nodeIds }] of [...byRelease].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    if (restarts >= RESTARTS_MIN && nodeIds.size > 1)
      loops.push({ subject: { scope: 'release', key: release }, restarts, nodeIds });
  return loops;
};

const reasonOf = ({ subject, restarts, nodeIds }: Loop, tick: number) => {
  const place = subject.scope === 'release' ? `release ${subject.key}` : `node ${subject.key}`;
  const named = [...nodeIds].slice(0, NODES_NAMED_MAX).join(', ');
  const more = nodeIds.size > NODES_NAMED_MAX ? ` and ${nodeIds.size - NODES_NAMED_MAX} more` : '';
  const text = `restart loop on ${place}: ${restarts} restarts of ${named}${more} in 5 min`;
  const windowMs = LOOP_TICKS * TICK_MS;
  return presenceReason(RESTART_LOOP, text, tick, {
    value: restarts,
    threshold: RESTARTS_MIN,
    bad: restarts,
    windowMs,
  });
};

/** Whether those that restarted run healthy: a node of its own, or every node that is still on the release. */
const isHealthy = ({ scope, key }: AlertSubject, judged: readonly JudgedNode[]): boolean => {
  const members = judged.filter(({ node }) => (scope === 'node' ? node.nodeId === key : node.release === key));
  // With nobody left on a release that nobody reports for, the rest of the fleet is what can be asked.
  const asked = members.length > 0 || scope === 'node' ? members : judged;
  return (
    asked.length > 0 &&
    asked.every(({ verdict, evidence }) => verdict.state === 'healthy' && evidence.silentMs < 10_000)
  );
};

/** Fires for loops, and resolves when five minutes held fewer than three restarts and the nodes are healthy. */
export const decideRestartLoops = (
  draft: Draft,
  deciding: Deciding,
  judged: readonly JudgedNode[],
  open: OpenAlerts,
): void => {
  const { tick, activity } = deciding.view;
  const looping = new Set<string>();
  for (const loop of loopsOf(judged, activity.clockAt(tick))) {
    const { subject } = loop;
    looping.add(`${subject.scope}|${subject.key}`);
    const alert = open.find(RESTART_LOOP, subject);
    addAlert(draft, deciding, RESTART_LOOP, subject, alert, { is: 'breached', reason: reasonOf(loop, tick) });
  }
  for (const alert of open.of(RESTART_LOOP)) {
    if (looping.has(`${alert.scope}|${alert.key}`) || !isHealthy(alert, judged)) continue;
    const text = `restart loop on ${alert.key} is over: fewer than ${RESTARTS_MIN} restarts in 5 min, and it answers`;
    const clear: Assessment = { is: 'clear', reason: presenceReason(RESTART_LOOP, text, tick) };
    addAlert(draft, deciding, RESTART_LOOP, alert, alert, clear);
  }
};

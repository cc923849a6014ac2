import type { Alert } from '../alert/alert.js';
import { compareRelease, isToBlame } from '../rollout/blame.js';
import { blameCells } from '../rollout/blame-cells.js';
import { isUnderWay } from '../rollout/rollback.js';
import type { DeciderState } from '../rule/decider-state.js';
import { NODE_WINDOW_MS } from '../rule/departure.js';
import type { CatalogueNode } from '../rule/catalogue.js';
import type { TickView } from '../rule/tick-view.js';
import { percentileIn } from '../signal/scope-windows.js';
import { measureCapacity, nodesOf, type RedirectPlace } from './capacity.js';
import { isSlow } from './node-serving.js';
import type { RedirectFacts } from './redirect-rails.js';
import { isAway, slowMsOf } from './redirect.js';
import { isReleaseSlow, SLOW_PERCENTILE } from './slow-release.js';

/** Over how long the outcomes of a place are counted. */
export const EVIDENCE_WINDOW_MS = 60_000;
/** For how long redirects of a place count against the next. */
const DAY_MS = 86_400_000;
/** The busiest nodes that may be broken machines: slowness must go beyond them. */
const BROKEN_MACHINES = 2;

const countsOf = (nodes: readonly CatalogueNode[], { windows, endSlot }: TickView): readonly number[] =>
  nodes.map(({ nodeId }) => {
    const { good, bad } = windows.sum('node', nodeId, EVIDENCE_WINDOW_MS, endSlot);
    return good + bad;
  });

/**
 * Latency of a node is not kept second by second, nor that of a PoP. But if the slow answers of a region are a larger share of it than
 * the traffic of its two busiest nodes, at least three nodes give them: over as short a window as nodes are judged by, since in a minute it takes most of
 * one. Only a rule of latency says what is slow.
 */
const isSlowBeyondTwo = (place: RedirectPlace, counts: readonly number[], alert: Alert, view: TickView): boolean => {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const busiest = counts
    .toSorted((a, b) => b - a)
    .slice(0, BROKEN_MACHINES)
    .reduce((sum, count) => sum + count, 0);
  if (all === 0 || busiest === all) return false;
  if (alert.reason.signal !== 'latency') return false;
  const rank = Math.min(SLOW_PERCENTILE, 1 - busiest / all);
  const latencyUs = percentileIn({ subject: place, windowMs: NODE_WINDOW_MS, endSlot: view.endSlot }, rank, view);
  return latencyUs === 'timeout' || (typeof latencyUs === 'number' && latencyUs / 1_000 > slowMsOf(alert.reason));
};

const agesOf = ({ scope, key }: RedirectPlace, state: DeciderState, at: number): readonly number[] =>
  [...state.redirects.values()]
    .filter(({ plan }) => plan?.scope === scope && plan.key === key)
    .map(({ plan }) => at - (plan?.decidedAtMs ?? 0))
    .filter((age) => age < DAY_MS);

/** A rollback of nodes of the place that is under way, or ended after a moment. */
const rollbackOf = (nodes: readonly CatalogueNode[], state: DeciderState, afterMs: number): string | undefined => {
  const here = new Set(nodes.map(({ nodeId }) => nodeId));
  return [...state.rollbacks.values()].find(
    (each) =>
      (isUnderWay(each) || each.changedAtMs > afterMs) &&
      each.plan?.waves.some((wave) => wave.some((nodeId) => here.has(nodeId))),
  )?.rollbackId;
};

const blamedReleaseIn = (nodes: readonly CatalogueNode[], { reason }: Alert, view: TickView): string | undefined => {
  const slowness = { windowMs: reason.windowMs, thresholdMs: reason.threshold };
  const releases = nodes.map(({ nodeId }) => view.node(nodeId)?.release).filter((release) => release !== undefined);
  return [...new Set(releases)]
    .sort()
    .find(
      (release) =>
        isToBlame(compareRelease(release, blameCells(view))) ||
        (reason.signal === 'latency' && isReleaseSlow(release, slowness, view)),
    );
};

/** Everything the rails judge about moving a place. */
export const gatherRedirectFacts = (
  place: RedirectPlace,
  { alert, heldMs }: { readonly alert: Alert; readonly heldMs: number },
  state: DeciderState,
  view: TickView,
): RedirectFacts => {
  const nodes = nodesOf(place, view.fleet);
  const counts = countsOf(nodes, view);
  const slowMs = slowMsOf(alert.reason);
  const alike = [...state.alerts.values()].filter(({ rule, scope }) => rule === alert.rule && scope === place.scope);
  const breached = new Set(alike.map(({ key }) => key));
  const capacity = { thresholdMs: slowMs, endSlot: view.endSlot, redirects: state.redirects.values(), breached };
  return {
    place: `${place.scope} ${place.key}`,
    heldMs,
    outcomes: counts.reduce((sum, count) => sum + count, 0),
    slowNodes: nodes.filter(({ nodeId }) => isSlow(nodeId, slowMs, view.endSlot, view)).length,
    isSlowBeyondTwo: isSlowBeyondTwo(place, counts, alert, view),
    nodes: nodes.map(({ nodeId }) => nodeId).sort(),
    capacity: measureCapacity(place, capacity, view),
    ages: agesOf(place, state, view.at),
    blamedRelease: blamedReleaseIn(nodes, alert, view),
    otherRedirectId: [...state.redirects.values()].find(isAway)?.redirectId,
    // The window of the trigger holds what was slow before the rollback ended: that is no reason to move what is well.
    rollbackId: rollbackOf(nodes, state, view.at - alert.reason.windowMs),
  };
};

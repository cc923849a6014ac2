import { FLEET_KEY, SLOT_MS } from '#contracts';
import { NODE_SUCCESS_MIN, NODE_WINDOW_MS } from '../rule/departure.js';
import { isLive } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { cellsOf } from '../signal/scope-windows.js';
import { successPercent } from '../signal/success-rate.js';
import { type Capacity, measureCapacity } from './capacity.js';
import { TIMEOUT_SHARE_MAX } from './node-serving.js';
import type { Redirect, RedirectPlan } from './redirect.js';
import { SERVING_MIN } from './redirect-rails.js';
import type { RedirectHealth } from './redirect-step.decide.js';
import { SLOW_PERCENTILE } from './slow-release.js';

/** Half of the time for which a place must be well: two windows of a minute. */
const WELL_WINDOW_MS = 60_000;
/** Outcomes or probes of a node in a minute: fewer do not show that it is well. */
const OUTCOMES_MIN = 3;
/** Outcomes or probes of the place in the two minutes: of fewer than 100 the p99 is the slowest one, and may be fast by chance. */
const PLACE_OUTCOMES_MIN = 100;
/** Outcomes of clients in 10 s without which a node is not said to be in the traffic, where nobody knows what it had. */
const CLIENT_OUTCOMES_MIN = 10;
/** What a place answers again of what it had before: clients come back in time, as the records of its names run out. */
const CLIENT_SHARE_MIN = 0.25;
/** Share of the fleet that must report, those who were moved set aside; as rollbacks ask for it (RR20). */
const REPORTING_MIN = 0.8;
/** Share of the nodes that must be well. */
const WELL_SHARE_MIN = 0.8;

const NOBODY = { good: 0, bad: 0, timeout: 0 } as const;

const isEnough = ({ left, total, healthy }: Capacity): boolean => healthy.length > 0 && left >= SERVING_MIN * total;

/** Two windows apart, so that one bad burst moves nothing. */
const readSiblings = (
  plan: RedirectPlan,
  redirects: readonly Redirect[],
  view: TickView,
): RedirectHealth['siblings'] => {
  const moved = new Set(plan.nodes);
  const others = view.fleet.filter(({ nodeId }) => !moved.has(nodeId)).length;
  const { live } = view.attendance({ scope: 'fleet', key: FLEET_KEY });
  const reporting = live.filter(({ nodeId }) => !moved.has(nodeId)).length;
  // Those who took the traffic are not well, or a partition stands still: nobody knows, and nothing is moved for it.
  if (reporting < REPORTING_MIN * others)
    return { areWell: undefined, detail: `${reporting} of ${others} nodes report` };
  const measure = (endSlot: number): Capacity =>
    measureCapacity(plan, { thresholdMs: plan.slowMs, endSlot, redirects, breached: new Set() }, view);
  const now = measure(view.endSlot);
  const areWell = isEnough(now) || isEnough(measure(view.endSlot - NODE_WINDOW_MS / SLOT_MS));
  const { left, total, healthy } = now;
  return { areWell, detail: `${left} of ${total} nodes serve, ${healthy.length} siblings are healthy` };
};

interface Asked {
  readonly good: number;
  readonly bad: number;
  readonly timeout: number;
}

const add = (a: Asked, b: Asked): Asked => ({
  good: a.good + b.good,
  bad: a.bad + b.bad,
  timeout: a.timeout + b.timeout,
});

/** Not what is proved to be slow, as before it was moved: what is not shown to be fast would come back and be slow again. */
const isFast = ({ good, bad, timeout }: Asked): boolean => timeout <= TIMEOUT_SHARE_MAX * (good + bad);

/** What a node says of its answers, and what probers say of it, of whom nobody is told what timed out: each that failed may have. */
const askedOf = (nodeId: string, endSlot: number, { windows }: TickView): Asked => {
  const probed = windows.sum('probe', nodeId, WELL_WINDOW_MS, endSlot);
  return add(windows.sum('node', nodeId, WELL_WINDOW_MS, endSlot), { ...probed, timeout: probed.bad });
};

const isNodeWell = (nodeId: string, { slowMs }: RedirectPlan, endSlot: number, view: TickView): boolean => {
  const asked = askedOf(nodeId, endSlot, view);
  const { good, bad } = asked;
  if (good + bad < OUTCOMES_MIN || successPercent(good, bad) < NODE_SUCCESS_MIN || !isFast(asked)) return false;
  const latencyUs = view.windows.percentile('node', nodeId, SLOW_PERCENTILE, WELL_WINDOW_MS, endSlot);
  return typeof latencyUs !== 'number' || latencyUs / 1_000 <= slowMs;
};

/** Slow answers that are no timeouts show in the latency of the place, where it is kept: of a region, not of a PoP. */
const isPlaceSlow = ({ scope, key, slowMs }: RedirectPlan, endSlot: number, view: TickView): boolean => {
  const { family, keys } = cellsOf({ scope, key }, view);
  const latencyUs = view.windows.percentileOfAll(family, keys, SLOW_PERCENTILE, WELL_WINDOW_MS, endSlot);
  return typeof latencyUs === 'number' && latencyUs / 1_000 > slowMs;
};

/** What is left of the traffic and what probers see: a place that nobody asks is not known to be well. */
const readPlace = (plan: RedirectPlan, view: TickView): RedirectHealth['place'] => {
  const { nodes } = plan;
  const ends = [view.endSlot, view.endSlot - WELL_WINDOW_MS / SLOT_MS];
  const well = nodes.filter((nodeId) => ends.every((endSlot) => isNodeWell(nodeId, plan, endSlot, view)));
  const asked = nodes.flatMap((nodeId) => ends.map((endSlot) => askedOf(nodeId, endSlot, view))).reduce(add, NOBODY);
  const count = asked.good + asked.bad;
  const detail =
    `${well.length} of ${nodes.length} nodes answered well for ${(ends.length * WELL_WINDOW_MS) / 1_000} s, ` +
    `${asked.timeout} of ${count} outcomes timed out (at most ${100 * TIMEOUT_SHARE_MAX} % of at least ${PLACE_OUTCOMES_MIN})`;
  const isShown = count >= PLACE_OUTCOMES_MIN && isFast(asked) && !ends.some((end) => isPlaceSlow(plan, end, view));
  return { isWell: isShown && well.length >= WELL_SHARE_MIN * nodes.length, detail };
};

/** What clients must be answered, in 10 s, or in a minute where 10 s are too short for what the place is asked. */
interface Traffic {
  readonly windowMs: number;
  readonly ofNode: number;
  readonly ofPlace: number;
}

const trafficOf = ({ nodes, perS }: RedirectPlan): Traffic => {
  if (perS === undefined) return { windowMs: NODE_WINDOW_MS, ofNode: CLIENT_OUTCOMES_MIN, ofPlace: 0 };
  const ofPlaceIn = (windowMs: number): number => (CLIENT_SHARE_MIN * perS * windowMs) / 1_000;
  const isBusy = ofPlaceIn(NODE_WINDOW_MS) >= CLIENT_OUTCOMES_MIN * nodes.length;
  const windowMs = isBusy ? NODE_WINDOW_MS : WELL_WINDOW_MS;
  const ofPlace = ofPlaceIn(windowMs);
  // Some nodes have a hundredth of what others have: of each the least that shows anything, of the place its share.
  return { windowMs, ofNode: Math.max(1, Math.min(OUTCOMES_MIN, ofPlace / nodes.length)), ofPlace };
};

/** What a node says beyond what probers ask it, which a server that left the traffic answers as well. */
const answeredTo = (nodeId: string, windowMs: number, endSlot: number, { windows }: TickView): number => {
  const own = windows.sum('node', nodeId, windowMs, endSlot);
  const probed = windows.sum('probe', nodeId, windowMs, endSlot);
  return own.good + own.bad - probed.good - probed.bad;
};

const isReporting = (nodeId: string, view: TickView): boolean => {
  const node = view.node(nodeId);
  return node !== undefined && isLive(node, view.tick);
};

/** In two windows, every one of them: one that was forgotten, since nothing was heard of it for so long, is not back. */
const readBack = (plan: RedirectPlan, view: TickView): RedirectHealth['back'] => {
  const { nodes } = plan;
  const { windowMs, ofNode, ofPlace } = trafficOf(plan);
  const ends = [view.endSlot, view.endSlot - NODE_WINDOW_MS / SLOT_MS];
  const back = nodes.filter(
    (nodeId) =>
      isReporting(nodeId, view) && ends.every((endSlot) => answeredTo(nodeId, windowMs, endSlot, view) >= ofNode),
  );
  const isPlaceBack = ends.every(
    (endSlot) => nodes.reduce((sum, nodeId) => sum + answeredTo(nodeId, windowMs, endSlot, view), 0) >= ofPlace,
  );
  const share = back.length === nodes.length && !isPlaceBack ? `, less than ${100 * CLIENT_SHARE_MIN} % of before` : '';
  return {
    isBack: back.length === nodes.length && isPlaceBack,
    detail: `${back.length} of ${nodes.length} nodes answer clients${share}`,
  };
};

/** Reads how a redirect goes, from the telemetry of those who took the traffic and of those who left it. */
export const readRedirectHealth = (
  plan: RedirectPlan,
  redirects: readonly Redirect[],
  view: TickView,
): RedirectHealth => ({
  siblings: readSiblings(plan, redirects, view),
  place: readPlace(plan, view),
  back: readBack(plan, view),
});

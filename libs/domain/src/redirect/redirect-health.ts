import { FLEET_KEY, SLOT_MS } from '#contracts';
import { NODE_SUCCESS_MIN, NODE_WINDOW_MS } from '../rule/departure.js';
import type { TickView } from '../rule/tick-view.js';
import { successPercent } from '../signal/success-rate.js';
import { type Capacity, measureCapacity } from './capacity.js';
import type { Redirect, RedirectPlan } from './redirect.js';
import { SERVING_MIN } from './redirect-rails.js';
import type { RedirectHealth } from './redirect-step.decide.js';

/** Half of the time for which a place must be well: two windows of a minute. */
const WELL_WINDOW_MS = 60_000;
/** Outcomes or probes of a node in a minute: fewer do not show that it is well. */
const OUTCOMES_MIN = 3;
/** Share of the fleet that must report, those who were moved set aside; as rollbacks ask for it (RR20). */
const REPORTING_MIN = 0.8;
/** Share of the nodes that must be well. */
const WELL_SHARE_MIN = 0.8;

const isEnough = ({ left, total, healthy }: Capacity): boolean => healthy.length > 0 && left >= SERVING_MIN * total;

/** Two windows apart, so that one bad burst moves nothing. */
const readSiblings = (
  plan: RedirectPlan,
  redirects: readonly Redirect[],
  view: TickView,
): RedirectHealth['siblings'] => {
  const { live, expected } = view.attendance({ scope: 'fleet', key: FLEET_KEY });
  // Those who took the traffic are not well, or a partition stands still: nobody knows, and nothing is moved for it.
  if (live.length + plan.nodes.length < REPORTING_MIN * expected)
    return { areWell: undefined, detail: `${live.length} of ${expected} nodes report` };
  const measure = (endSlot: number): Capacity =>
    measureCapacity(plan, { thresholdMs: plan.threshold, endSlot, redirects, breached: new Set() }, view);
  const now = measure(view.endSlot);
  const areWell = isEnough(now) || isEnough(measure(view.endSlot - NODE_WINDOW_MS / SLOT_MS));
  const { left, total, healthy } = now;
  return { areWell, detail: `${left} of ${total} nodes serve, ${healthy.length} siblings are healthy` };
};

const isNodeWell = (nodeId: string, endSlot: number, { windows }: TickView): boolean => {
  const own = windows.sum('node', nodeId, WELL_WINDOW_MS, endSlot);
  const probed = windows.sum('probe', nodeId, WELL_WINDOW_MS, endSlot);
  const [good, bad] = [own.good + probed.good, own.bad + probed.bad];
  return good + bad >= OUTCOMES_MIN && successPercent(good, bad) >= NODE_SUCCESS_MIN;
};

/** What is left of the traffic and what probers see: a place that nobody asks is not known to be well. */
const readPlace = ({ nodes }: RedirectPlan, view: TickView): RedirectHealth['place'] => {
  const ends = [view.endSlot, view.endSlot - WELL_WINDOW_MS / SLOT_MS];
  const well = nodes.filter((nodeId) => ends.every((endSlot) => isNodeWell(nodeId, endSlot, view)));
  const detail = `${well.length} of ${nodes.length} nodes answered well for ${(ends.length * WELL_WINDOW_MS) / 1_000} s`;
  return { isWell: well.length >= WELL_SHARE_MIN * nodes.length, detail };
};

/** Reads how a redirect goes, from the telemetry of those who took the traffic and of those who left it. */
export const readRedirectHealth = (
  plan: RedirectPlan,
  redirects: readonly Redirect[],
  view: TickView,
): RedirectHealth => ({ siblings: readSiblings(plan, redirects, view), place: readPlace(plan, view) });

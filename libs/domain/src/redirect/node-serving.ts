import { NODE_SUCCESS_MIN, NODE_WINDOW_MS } from '../rule/departure.js';
import { wilsonLowerBound } from '../impact/wilson.js';
import { isLive } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { successPercent } from '../signal/success-rate.js';
import { SLOW_PERCENTILE } from './slow-release.js';

/** Outcomes without which a node is not said to serve. */
const OUTCOMES_MIN = 10;
/** A p99 is a timeout when more than this share of the outcomes are. */
export const TIMEOUT_SHARE_MAX = 0.01;

/**
 * Whether a node is slow: its own timeouts are above 1 % with 99.9 % confidence, or, where percentiles of nodes are kept, its p99 is
 * above a threshold in ms.
 */
export const isSlow = (nodeId: string, thresholdMs: number, endSlot: number, { windows }: TickView): boolean => {
  const { good, bad, timeout } = windows.sum('node', nodeId, NODE_WINDOW_MS, endSlot);
  if (wilsonLowerBound(timeout, good + bad) > TIMEOUT_SHARE_MAX) return true;
  const latencyUs = windows.percentile('node', nodeId, SLOW_PERCENTILE, NODE_WINDOW_MS, endSlot);
  return typeof latencyUs === 'number' && latencyUs / 1_000 > thresholdMs;
};

/** Whether a node serves: it reports, answers enough to say so, answers well, and is not slow. Measured, never assumed. */
export const isServing = (nodeId: string, thresholdMs: number, endSlot: number, view: TickView): boolean => {
  const node = view.node(nodeId);
  if (node === undefined || !isLive(node, view.tick)) return false;
  const { good, bad } = view.windows.sum('node', nodeId, NODE_WINDOW_MS, endSlot);
  if (good + bad < OUTCOMES_MIN || successPercent(good, bad) < NODE_SUCCESS_MIN) return false;
  return !isSlow(nodeId, thresholdMs, endSlot, view);
};

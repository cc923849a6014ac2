import { TICK_MS } from '#contracts';
import { decideHealth, HEALTH_PASSES_MIN, HEALTH_PROBES } from '../outcome/k-of-n.js';
import { successPercent } from '../signal/success-rate.js';
import type { NodeActivity } from './node-activity.js';

/** Ticks to read, by the last of them. */
export interface TickSpan {
  readonly endTick: number;
  readonly ticks: number;
}

/** A node's success, and whose word it is. */
export interface NodeSuccess {
  /** Per cent; unknown without probes and without expectation. */
  readonly percent: number | 'unknown';
  readonly by: 'probes' | 'expectation' | 'nobody';
  readonly good: number;
  /** What the good is a part of: probes, or what was observed or expected, whichever is more. */
  readonly of: number;
}

/** Outcomes expected of a node in a span, of which nothing is expected before it was first heard. */
export const expectedIn = ({ firstTick }: NodeActivity, perS: number, { endTick, ticks }: TickSpan): number =>
  firstTick === undefined ? 0 : (perS * Math.min(ticks, endTick - firstTick + 1) * TICK_MS) / 1_000;

/** Success against expectation: good / max(observed, expected). A server that is down answers nothing, and this falls. */
export const successAgainstExpectation = (
  node: NodeActivity,
  perS: number | undefined,
  { endTick, ticks }: TickSpan,
): NodeSuccess => {
  const good = node.own.good.sum(endTick, ticks);
  if (perS === undefined) return { percent: 'unknown', by: 'nobody', good, of: 0 };
  const of = Math.max(node.own.all.sum(endTick, ticks), expectedIn(node, perS, { endTick, ticks }));
  return { percent: of === 0 ? 'unknown' : (100 * good) / of, by: 'expectation', good, of };
};

/** The share of probes of a node that passed. */
export const probeSuccess = ({ probes }: NodeActivity, { endTick, ticks }: TickSpan): NodeSuccess => {
  const [good, of] = [probes.good.sum(endTick, ticks), probes.all.sum(endTick, ticks)];
  return {
    percent: of === 0 ? 'unknown' : successPercent(good, of - good),
    by: of === 0 ? 'nobody' : 'probes',
    good,
    of,
  };
};

/**
 * The success of a node in a span of log time: by its probes, where there are as many as a health check takes, since only they ask as
 * a client does; else against expectation. It is never averaged with the success that the node reports of itself.
 */
export const nodeSuccess = (node: NodeActivity, perS: number | undefined, own: TickSpan, probed = own): NodeSuccess => {
  const byProbes = probeSuccess(node, probed);
  return byProbes.of >= HEALTH_PROBES ? byProbes : successAgainstExpectation(node, perS, own);
};

/** What probes say of a node: `unclear` = too few of them pass for healthy, too many for dead. */
export type ProbeVerdict = 'good' | 'bad' | 'unclear' | 'none';

/** A probe tells of a node for so long. */
const PROBE_TICKS_MAX = 30_000 / TICK_MS;
/**
 * At most two of five pass at a dead node: one that loses 1 % of its packets fails so 1 check in 100,000, and one that passes 30 %
 * of the time (R43) is found out by five of six checks.
 */
const DEAD_SHARE_MAX = 0.4;

/** Judges counts of probes by k of n, scaled where more than n came at once. */
export const judgeProbes = (good: number, all: number): ProbeVerdict => {
  if (all < HEALTH_PROBES) return 'none';
  if (decideHealth(good, all, Math.ceil((all * HEALTH_PASSES_MIN) / HEALTH_PROBES)).isHealthy) return 'good';
  return good <= DEAD_SHARE_MAX * all ? 'bad' : 'unclear';
};

/** The verdict of the newest probes: of so many ticks as it takes to have five. */
export const newestProbes = ({ probes, probedTick }: NodeActivity, endTick: number): ProbeVerdict => {
  if (probedTick === undefined) return 'none';
  let [good, all] = [0, 0];
  for (let tick = endTick; tick > endTick - PROBE_TICKS_MAX && all < HEALTH_PROBES; tick -= 1) {
    good += probes.good.at(tick);
    all += probes.all.at(tick);
  }
  return judgeProbes(good, all);
};

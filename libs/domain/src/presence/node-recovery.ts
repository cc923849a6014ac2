import { TICK_MS } from '#contracts';
import type { NodeActivity } from './node-activity.js';
import { type NodeEvidence, RATE_TICKS, type ReadAt, silenceTicksOf } from './node-evidence.js';
import { judgeProbes, probeSuccess } from './node-success.js';

/** A node that answers half of what is expected again is back: what it lost meanwhile stays lost, and clients return in time. */
const BACK_SHARE = 0.5;
/** Without an expectation, a gap of 2 s within the 10 s means that a node is not back yet. */
const GAP_TICKS_MAX = 8;

/** Whether outcomes came without a gap for 10 s, as many as are expected where that is known, and heartbeats if it has any. */
const isRateBack = (node: NodeActivity, evidence: NodeEvidence, { activity, rates, tick }: ReadAt): boolean => {
  const { heartbeat, probe, observed, expected } = evidence;
  if (heartbeat === 'missing' || probe === 'bad' || evidence.rate === 'collapsed' || node.arrivedTick === undefined)
    return false;
  const told = activity.toldTick(node, tick);
  const rate = rates.get(node.nodeId);
  const gapMax = rate === undefined ? GAP_TICKS_MAX : silenceTicksOf(rate);
  let gap = 0;
  for (let each = told - RATE_TICKS - gapMax + 1; each <= told; each += 1) {
    gap = node.own.all.at(each) > 0 ? 0 : gap + 1;
    if (gap >= gapMax) return false;
  }
  return observed > 0 && (expected === undefined || observed >= BACK_SHARE * expected);
};

/** Whether k of n probes passed, of all of the last 10 s and of the newest. */
const areProbesGood = (node: NodeActivity, { heartbeat, probe }: NodeEvidence, { activity, tick }: ReadAt): boolean => {
  if (heartbeat === 'missing' || probe !== 'good') return false;
  const { good, of } = probeSuccess(node, {
    endTick: activity.toldTickOf('telemetry.probes', tick),
    ticks: RATE_TICKS,
  });
  return judgeProbes(good, of) === 'good';
};

/** Whether the heartbeats of a node came for 10 s without one missing. */
const isBeatingAgain = ({ heartbeats }: NodeActivity, { heartbeat }: NodeEvidence, reported: number): boolean =>
  heartbeat === 'present' && heartbeats !== undefined && reported - heartbeats.sinceTick >= RATE_TICKS;

/** What ends the alerts of a node: 10 s of positive evidence; silence never does (B4). */
export interface Recovery {
  /** The server answers again. */
  readonly isAnswering: boolean;
  /** Outcomes come again. */
  readonly isTold: boolean;
  /** The agent lives. */
  readonly isBeating: boolean;
  /** Everything is observed. */
  readonly isComplete: boolean;
}

/** Reads what is well again at a node. */
export const readRecovery = (node: NodeActivity, evidence: NodeEvidence, at: ReadAt): Recovery => {
  const reported = at.activity.toldTickOf('telemetry.nodes', at.tick);
  const isTold = isRateBack(node, evidence, at);
  const incomplete = node.heartbeats?.incompleteTick ?? Number.NEGATIVE_INFINITY;
  return {
    isTold,
    isAnswering: isTold || areProbesGood(node, evidence, at),
    isBeating: isBeatingAgain(node, evidence, reported),
    isComplete: evidence.heartbeat === 'present' && reported - incomplete > RATE_TICKS,
  };
};

/** Whether nothing was heard of a node, from itself or from probers, for 10 s. */
export const isUnheard = ({ signTick }: NodeActivity, { tick }: ReadAt): boolean => tick - signTick >= RATE_TICKS;

/** An alert lasts 10 s at least: a loop that comes back for a second is not over. */
export const ALERT_MIN_MS = RATE_TICKS * TICK_MS;

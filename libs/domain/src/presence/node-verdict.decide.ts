import { TICK_MS } from '#contracts';
import { SILENCE_TICKS_MIN } from './node-activity.js';
import { isIncomplete, type NodeEvidence } from './node-evidence.js';
import type { NodeSuccess } from './node-success.js';

/** What a node is taken for; those that are not healthy have an alert. */
export type NodeState = 'healthy' | 'telemetry_fault' | 'agent_fault' | 'outage' | 'lost_traffic' | 'unknown';

/** The verdict on a node, and why in words. */
export interface NodeVerdict {
  readonly state: NodeState;
  readonly because: string;
}

/** After 2 s of silence a warning tells it; a server that is restarted in order takes about one. */
const WARN_AFTER_MS = 2_000;

/** Without heartbeats and outcomes a node is unknown after 10 s (dns-telemetry §9), however seldom it is asked: agents are not. */
const DARK_MS = 10_000;

/** Three batches that are missing, as in `silenceTicksOf`: less is no silence. */
const SILENCE_TOLD_MS = SILENCE_TICKS_MIN * TICK_MS;

const seconds = (ms: number): string => `${Number((ms / 1_000).toFixed(2))} s`;

/** `silent for 1.25 s, 0 of 5860 expected in 10 s`, or what is known of it. */
const describeRate = ({ silentMs, observed, expected, taps }: NodeEvidence): string => {
  const found =
    expected === undefined ? `${observed} outcomes` : `${observed} of ${Math.round(expected)} expected outcomes`;
  const silence = silentMs >= SILENCE_TOLD_MS ? `silent for ${seconds(silentMs)}, ` : '';
  return `${silence}${found} in 10 s${taps === 0 ? ', no server is connected to the agent' : ''}`;
};

const describeSuccess = (success: NodeSuccess): string =>
  success.percent === 'unknown' ? '' : `, success ${success.percent.toFixed(1)} % by ${success.by} in 2 s`;

/** The numbers behind a verdict. */
export const describeEvidence = (evidence: NodeEvidence, success: NodeSuccess): string =>
  `${describeRate(evidence)}${describeSuccess(success)}`;

const verdict = (state: NodeState, because: string): NodeVerdict => ({ state, because });

/** Probes fail: only a normal rate speaks against an outage, and then some clients are cut off. */
const decideProbedBad = (evidence: NodeEvidence): NodeVerdict => {
  const { heartbeat, rate, isCrashed } = evidence;
  if (isCrashed) return verdict('outage', 'the server crashed and probes fail');
  if (heartbeat === 'missing') return verdict('outage', 'heartbeats are missing and probes fail');
  if (rate === 'collapsed') return verdict('outage', 'the rate collapsed and probes fail');
  if (rate === 'unknown') return verdict('outage', 'probes fail');
  return evidence.isProbedDead
    ? verdict('lost_traffic', 'probes fail though the node answers at its rate: it is cut off from some clients')
    : verdict('healthy', 'probes began to fail');
};

const decideMissing = (evidence: NodeEvidence): NodeVerdict => {
  const { probe, rate, isCrashed, isLate, darkMs, silentMs, silentMaxMs } = evidence;
  if (probe === 'good') return verdict('agent_fault', 'heartbeats are missing, probes pass');
  if (rate === 'normal' || isLate) return verdict('agent_fault', 'heartbeats are missing, outcomes come');
  if (isCrashed && rate === 'collapsed') return verdict('outage', 'the server crashed and nothing came since');
  if (darkMs >= DARK_MS || (rate === 'collapsed' && silentMs >= silentMaxMs))
    return verdict('unknown', 'neither heartbeats nor outcomes, and no probe to ask');
  return verdict('healthy', 'heartbeats are missing');
};

const decideCollapsed = (evidence: NodeEvidence): NodeVerdict => {
  const { probe, isCrashed, isSilentAgain, isAgentNew, isAgentWaiting, isBehind, isLate } = evidence;
  const { silentMs, silentMaxMs } = evidence;
  if (probe === 'good') return verdict('lost_traffic', 'the rate collapsed, probes pass: traffic or telemetry is lost');
  if (isCrashed) return verdict('outage', 'the server crashed and nothing came since');
  if (isSilentAgain) return verdict('outage', 'silent again within 30 s, with the same agent');
  if (silentMs >= silentMaxMs)
    return isLate
      ? verdict('lost_traffic', 'outcomes come, more than a minute late')
      : verdict('unknown', 'silent, and no probe to ask');
  if (isAgentNew || isBehind) return verdict('healthy', 'outcomes are missing because the agent is new or behind');
  if (silentMs === 0 || (isAgentWaiting && silentMs >= WARN_AFTER_MS))
    return verdict('lost_traffic', 'the rate collapsed, and no probe to ask');
  return verdict('healthy', 'a short silence');
};

/**
 * The decision matrix of dns-telemetry §9. One signal alone is a warning at most; an outage takes two that agree, of probes, rate,
 * heartbeats and crash events, or a probe that nothing contradicts. A silence under 10 s is never a page by itself, and beyond it
 * the node is unknown, never healthy.
 *
 * | heartbeat | completeness, rate | probe | verdict |
 * |---|---|---|---|
 * | present | complete < 99 %, rate normal | not bad | telemetry_fault |
 * | present | collapsed | bad | outage |
 * | present | collapsed | good | lost_traffic |
 * | present | collapsed | none | outage after a crash, or when silent again; unknown after 10 s; lost_traffic after 2 s |
 * | present | collapsed, outcomes come late | none | lost_traffic after 10 s: what the node kept while Tocsin was away |
 * | present | normal | bad | lost_traffic after 2 s |
 * | missing | any | good | agent_fault; also without probes while outcomes come |
 * | missing, or crash event | any | bad | outage |
 * | missing | silent | none | unknown after 10 s |
 */
export const decideNode = (evidence: NodeEvidence): NodeVerdict => {
  if (evidence.probe === 'bad') return decideProbedBad(evidence);
  if (evidence.heartbeat === 'missing') return decideMissing(evidence);
  if (evidence.rate === 'collapsed') return decideCollapsed(evidence);
  if (isIncomplete(evidence)) {
    const percent = (100 * (evidence.completeness ?? 1)).toFixed(1);
    return verdict('telemetry_fault', `${percent} % of what there was to observe is observed`);
  }
  return verdict('healthy', 'reports as expected');
};

import { decideHealth, HEALTH_PASSES_MIN, HEALTH_PROBES } from '../outcome/k-of-n.js';
import { classOf } from '../outcome/success.js';
import type { Judgement } from './judge.js';
import { MALFORMED_CASES } from './malformed-packets.js';
import type { ProbeFamily } from './probe-families.js';

/** How a load test asks one family. */
export interface Load {
  readonly probes: number;
  /** Between two of them. */
  readonly spacingMs: number;
}

/**
 * What a load test asks of one node, in this order: what is sound first, so that a node that is down says so at once. Every malformed case
 * and every edge case once; the burst is that of the probes.
 */
export const LOADS: Readonly<Record<ProbeFamily, Load>> = {
  normal: { probes: 20, spacingMs: 10 },
  malformed: { probes: MALFORMED_CASES.length, spacingMs: 10 },
  oversized: { probes: 5, spacingMs: 10 },
  edge_case: { probes: 5, spacingMs: 10 },
  high_frequency: { probes: 50, spacingMs: 5 },
};

/** What a load did to a node. */
export interface LoadResult {
  readonly family: ProbeFamily;
  readonly passed: boolean;
  readonly detail: string;
}

const share = (judgements: readonly Judgement[]): { readonly good: number; readonly counted: number } => {
  const good = judgements.filter(({ outcome }) => classOf(outcome) === 'good').length;
  const bad = judgements.filter(({ outcome }) => classOf(outcome) === 'bad').length;
  return { good, counted: good + bad };
};

/**
 * Whether a node stood a load (R63): four of five of the answers that have a right one are right, and so are those of the health check that
 * follows. What is hostile has no right answer: it is the check behind it that finds what it did.
 */
export const judgeLoad = (
  family: ProbeFamily,
  asked: readonly Judgement[],
  after: readonly Judgement[],
): LoadResult => {
  const { good, counted } = share(asked);
  const stood =
    counted === 0 || decideHealth(good, counted, Math.ceil((counted * HEALTH_PASSES_MIN) / HEALTH_PROBES)).isHealthy;
  const health = decideHealth(Math.min(share(after).good, HEALTH_PROBES));
  const said = counted === 0 ? 'none of them has a right answer' : `${good} of ${counted} answered well`;
  const detail = `${asked.length} probes: ${said}; afterwards ${health.because}`;
  return { family, passed: stood && health.isHealthy, detail };
};

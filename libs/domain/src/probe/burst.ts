import { LATENCY_NONE } from '#contracts';
import { decideHealth, HEALTH_PASSES_MIN, HEALTH_PROBES } from '../outcome/k-of-n.js';
import { classOf } from '../outcome/success.js';
import type { Judgement } from './judge.js';

const mostFrequent = (outcomes: readonly number[]): number | undefined => {
  const counts = new Map<number, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || a - b)[0]?.[0];
};

/**
 * What a burst says, as one outcome. Its probes fall into a quarter of a second: counted one by one they would outweigh all that was
 * asked in the half minute around it, and success would be that of a moment. As in a health check four of five must pass; then it is what most
 * of those were, with the middle of their latencies. Undefined when nothing was judged.
 */
export const judgeBurst = (judgements: readonly Judgement[]): Judgement | undefined => {
  const of = (wanted: 'good' | 'bad'): readonly Judgement[] =>
    judgements.filter(({ outcome }) => classOf(outcome) === wanted);
  const [good, bad] = [of('good'), of('bad')];
  const counted = good.length + bad.length;
  const passesMin = Math.max(1, Math.ceil((counted * HEALTH_PASSES_MIN) / HEALTH_PROBES));
  const isGood = counted > 0 && decideHealth(good.length, counted, passesMin).isHealthy;
  const deciding = counted === 0 ? judgements : isGood ? good : bad;
  const outcome = mostFrequent(deciding.map((each) => each.outcome));
  const alike = deciding.filter((each) => each.outcome === outcome);
  const byLatency = alike.toSorted((a, b) => a.latencyUs - b.latencyUs);
  const known = byLatency.filter(({ latencyUs }) => latencyUs !== LATENCY_NONE);
  const from = known.length > 0 ? known : byLatency;
  return from[Math.floor(from.length / 2)];
};

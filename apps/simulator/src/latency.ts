import { LATENCY_NONE, OUTCOME, RCODE_NONE } from '#contracts';
import type { Random } from './random.js';

/** What becomes of one query. */
export interface Answer {
  /** A code of the outcome table. */
  readonly outcome: number;
  readonly rcode: number;
  /** LATENCY_NONE for a timeout. */
  readonly latencyUs: number;
  /** After how long the resolver knows. */
  readonly observedAfterUs: number;
}

/** Points of an inverse distribution: at this share, this latency. Between them latency grows exponentially. */
type Quantiles = readonly (readonly [share: number, latencyMs: number])[];

/** R6: p50 15, p95 45, p99 120 ms; the ends are the wire's floor and the slowest answers that are still answers. */
export const NORMAL_LATENCY: Quantiles = [
  [0, 2],
  [0.5, 15],
  [0.95, 45],
  [0.99, 120],
  [0.999, 300],
  [1, 900],
];

/** A resolver gives a server up after 5 s: then it says SERVFAIL, or the client has gone (R7: p50 5,000 ms). */
export const GIVE_UP_MS = 5_000;
const GIVEN_UP_LATENCY: Quantiles = [
  [0, 4_950],
  [1, 5_100],
];

const NOERROR = 0;
const SERVFAIL = 2;
const NXDOMAIN = 3;

const latencyAt = (quantiles: Quantiles, share: number): number => {
  const above = quantiles.findIndex(([upTo]) => share < upTo);
  const [toShare, toMs] = quantiles[above < 1 ? quantiles.length - 1 : above] ?? [1, 0];
  const [fromShare, fromMs] = quantiles[above < 1 ? quantiles.length - 2 : above - 1] ?? [0, toMs];
  const part = toShare === fromShare ? 0 : (share - fromShare) / (toShare - fromShare);
  return fromMs * (toMs / fromMs) ** Math.min(part, 1);
};

const answered = (outcome: number, rcode: number, latencyMs: number): Answer => {
  const latencyUs = Math.round(latencyMs * 1_000);
  return { outcome, rcode, latencyUs, observedAfterUs: latencyUs };
};

const timedOut: Answer = {
  outcome: OUTCOME.timeout,
  rcode: RCODE_NONE,
  latencyUs: LATENCY_NONE,
  observedAfterUs: GIVE_UP_MS * 1_000,
};

const fast = (random: Random): number => latencyAt(NORMAL_LATENCY, random.next());
const late = (random: Random): number => latencyAt(GIVEN_UP_LATENCY, random.next());

/** How a server answers. */
export type Profile = (random: Random) => Answer;

/** Share of queries that fail on a healthy fleet (R6: success 99.95 %). */
export const NORMAL_FAILING = 0.000_5;
/** Share of true NXDOMAIN among the good answers of an authoritative fleet: names that were never there. */
const TRUE_NXDOMAIN = 0.08;

/** R6: the normal profile. Half of the few failures are SERVFAIL, half timeouts. */
export const normalProfile: Profile = (random) => {
  const kind = random.next();
  if (kind < NORMAL_FAILING / 2) return timedOut;
  if (kind < NORMAL_FAILING) return answered(OUTCOME.servfail, SERVFAIL, fast(random));
  if (kind < TRUE_NXDOMAIN) return answered(OUTCOME.nxdomain, NXDOMAIN, fast(random));
  return answered(OUTCOME.answer, NOERROR, fast(random));
};

/**
 * R7: success 23 %, p50 5,000 ms, p95 and p99 timeout. The shares of the 77 % are ours, chosen so that the percentiles come out:
 * good and wrong answers are fast (43 %), so the median falls among the SERVFAIL of resolvers that gave up, and the slowest 30 %
 * are timeouts.
 */
export const FAILING_SHARES = { good: 0.23, wrongAnswer: 0.2, servfail: 0.27, timeout: 0.3 } as const;

/** R7: the failing profile: wrong NXDOMAIN at once, then SERVFAIL and timeouts. */
export const failingProfile: Profile = (random) => {
  const { good, wrongAnswer, servfail } = FAILING_SHARES;
  const kind = random.next();
  if (kind < good) return answered(OUTCOME.answer, NOERROR, fast(random));
  if (kind < good + wrongAnswer) return answered(OUTCOME.wrong_answer, NXDOMAIN, fast(random));
  if (kind < good + wrongAnswer + servfail) return answered(OUTCOME.servfail, SERVFAIL, late(random));
  return timedOut;
};

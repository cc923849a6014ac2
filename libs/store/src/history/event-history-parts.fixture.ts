import type { Event, Impact, Reason } from '#contracts';

/** When the history begins, ms. */
export const HISTORY_AT_MS = 1_626_969_600_000;

/** A reason with a value of its own. */
export const reasonOf = (value: number | null, rule = 'R17'): Reason => ({
  rule,
  signal: 'dns_resolution_success_rate',
  text: `success ${value} % < 99 % over 1m`,
  value,
  threshold: 99,
  windowMs: 60_000,
  good: 80,
  bad: 20,
  tick: 6_507_878_400,
  coverage: 0.98,
});

/** An impact with a score of its own. */
export const impactOf = (score: number): Impact => ({
  affectedCustomers: score,
  byTier: { tier1: 0, tier2: 0, tier3: score },
  score,
  dollarsPerMinute: 500 * score,
  top: [{ customerId: 'delta', name: 'Delta', tier: 'tier3', failing: 0.77 }],
});

/** Streams that begin, each with its events, as one append. */
export type Chapter = readonly (readonly [stream: string, expectedVersion: number, events: readonly Event[]])[];

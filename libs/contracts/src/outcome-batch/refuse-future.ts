import { FUTURE_US_MAX, type OutcomeBatch } from '../outcome.js';
import { refuse, type Refusal } from '../problem.js';

/** The newest event time of a batch, µs since the epoch. */
export const newestUs = ({ t0Us, dtUs }: OutcomeBatch): number => {
  let newest = 0;
  for (let i = 0; i < dtUs.length; i += 1) if (dtUs[i]! > newest) newest = dtUs[i]!;
  return t0Us + newest;
};

/** Refuses a batch whose event time lies further in the future than a wrong clock explains; `nowMs` is the receive time. */
export const refuseFuture = (batch: OutcomeBatch, nowMs: number): Refusal | undefined => {
  const aheadUs = newestUs(batch) - nowMs * 1_000;
  if (aheadUs <= FUTURE_US_MAX) return undefined;
  return refuse('TIME_IN_FUTURE', `${aheadUs} us ahead of receive time: at most ${FUTURE_US_MAX}`, '/t0_us');
};

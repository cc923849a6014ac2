import { setTimeout as wait } from 'node:timers/promises';

/** Time, asked for and never taken. */
export interface Clock {
  /** Ms since the epoch. */
  readonly nowMs: () => number;
  /** Resolves after a wait; at once when the signal is aborted. */
  readonly sleep: (waitMs: number, signal?: AbortSignal) => Promise<void>;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (waitMs, signal) => wait(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

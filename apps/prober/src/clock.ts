/** Time as the prober sees it: asked for, never taken. */
export interface Clock {
  /** µs since the epoch; leaps when the clock of the machine is set. */
  readonly nowUs: () => number;
  /** µs since some moment, which no setting of a clock changes: latencies and rhythms are measured with it. */
  readonly elapsedUs: () => number;
  /** Calls once after a wait; what it returns calls that off. */
  readonly after: (waitMs: number, call: () => void) => () => void;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  // oxlint-disable-next-line no-restricted-properties -- the one door of this app to real time
  nowUs: () => Date.now() * 1_000,
  // oxlint-disable-next-line no-restricted-properties -- the one door of this app to real time
  elapsedUs: () => Math.round(performance.now() * 1_000),
  after: (waitMs, call) => {
    // oxlint-disable-next-line no-restricted-globals -- the one door of this app to real time
    const timer = setTimeout(call, waitMs);
    return () => clearTimeout(timer);
  },
};

/** Time as the prober sees it: asked for, never taken. */
export interface Clock {
  /** µs since the epoch; never goes back, since latencies are measured with it. */
  readonly nowUs: () => number;
  /** Calls once after a wait; what it returns calls that off. */
  readonly after: (waitMs: number, call: () => void) => () => void;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  // oxlint-disable-next-line no-restricted-properties -- the one door of this app to real time
  nowUs: () => Math.round((performance.timeOrigin + performance.now()) * 1_000),
  after: (waitMs, call) => {
    // oxlint-disable-next-line no-restricted-globals -- the one door of this app to real time
    const timer = setTimeout(call, waitMs);
    return () => clearTimeout(timer);
  },
};

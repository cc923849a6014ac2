/** Time as the agent sees it: asked for, never taken. */
export interface Clock {
  /** Ms since the epoch. */
  readonly nowMs: () => number;
  /** Resolves after a wait; at once when the signal is aborted. */
  readonly sleep: (waitMs: number, signal?: AbortSignal) => Promise<void>;
}

const sleep = (waitMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    // oxlint-disable-next-line no-restricted-globals -- the one door of this app to real time
    const timer = setTimeout(wake, waitMs);
    signal?.addEventListener('abort', wake, { once: true });
    if (signal?.aborted === true) wake();
  });

/** The clock of the machine. */
// oxlint-disable-next-line no-restricted-properties -- the one door of this app to real time
export const systemClock: Clock = { nowMs: () => Date.now(), sleep };

/** Time as this app sees it: asked for, never taken. */
export interface Clock {
  /** Ms since the epoch. */
  readonly nowMs: () => number;
  /** Resolves after a wait; at once when the signal is aborted. */
  readonly sleep: (waitMs: number, signal?: AbortSignal) => Promise<void>;
}

const sleep = (waitMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const wake = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    // oxlint-disable-next-line no-restricted-globals -- the one door of this app to real time
    const timer = setTimeout(wake, Math.max(0, waitMs));
    signal?.addEventListener('abort', wake, { once: true });
  });

/** The clock of the machine. */
// oxlint-disable-next-line no-restricted-properties -- the one door of this app to real time
export const systemClock: Clock = { nowMs: () => Date.now(), sleep };

/** Waits until `find` answers something; undefined when it did not within the bound. */
export const waitFor = async <T>(
  clock: Clock,
  find: () => T | undefined | Promise<T | undefined>,
  { boundMs, everyMs }: { readonly boundMs: number; readonly everyMs: number },
): Promise<T | undefined> => {
  const endMs = clock.nowMs() + boundMs;
  for (;;) {
    const found = await find();
    if (found !== undefined || clock.nowMs() >= endMs) return found;
    await clock.sleep(everyMs);
  }
};

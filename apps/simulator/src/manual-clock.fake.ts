import type { Clock } from './clock.js';

/** A clock that a test moves. */
export interface ManualClock extends Clock {
  /** Moves time and lets everything that was due run. */
  readonly advance: (byMs: number) => Promise<void>;
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Lets promises that are ready run on; I/O too. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Makes a clock that stands still. */
export const createManualClock = (startMs: number): ManualClock => {
  let nowMs = startMs;
  let sleepers: Sleeper[] = [];
  const sleep = (waitMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      if (signal?.aborted === true) return resolve();
      sleepers.push({ dueMs: nowMs + Math.max(0, waitMs), wake });
      signal?.addEventListener('abort', wake, { once: true });
    });
  const advance = async (byMs: number): Promise<void> => {
    const endMs = nowMs + byMs;
    for (;;) {
      await settle();
      const due = sleepers.filter(({ dueMs }) => dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      sleepers = sleepers.filter((sleeper) => sleeper !== due);
      nowMs = Math.max(nowMs, due.dueMs);
      due.wake();
    }
    nowMs = endMs;
  };
  return { nowMs: () => nowMs, sleep, advance };
};

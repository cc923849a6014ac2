import { Worker } from 'node:worker_threads';
import type { HashedPage } from './chain-hashing.worker.js';
import { fittingOf } from './chain-row.js';

/** Hashes pages of events, in the order in which they are given. */
export interface ChainHashing {
  /** Which rows of a page are what was appended, 1 or 0 for each. Rejects where the thread failed. */
  readonly fitting: (page: HashedPage) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

/** On the thread of the caller: for a store that takes less time than a thread takes to begin. */
export const hashingHere: ChainHashing = {
  fitting: async ({ page, before }) => fittingOf(page, before),
  close: async () => undefined,
};

/** Young objects of the thread, MB: what a page makes is gone with it, and is not to be copied meanwhile. */
const YOUNG_MB = 64;

interface Waiting {
  readonly done: (fitting: Uint8Array) => void;
  readonly fail: (error: Error) => void;
}

/** On a thread of its own, so that whoever verifies a million events goes on answering. */
export const openHashingThread = (): ChainHashing => {
  const worker = new Worker(new URL('./chain-hashing.worker.js', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  // Two at most: the page that is hashed, and the one behind it.
  const waiting: Waiting[] = [];
  let failed: Error | undefined;
  const fail = (error: Error): void => {
    failed ??= error;
    for (const { fail: tell } of waiting.splice(0)) tell(failed);
  };
  worker.on('message', (fitting: Uint8Array) => waiting.shift()?.done(fitting));
  worker.on('error', (error) => fail(new Error('hash events: the thread failed', { cause: error })));
  worker.on('exit', () => fail(new Error('hash events: the thread ended')));
  return {
    fitting: (page) =>
      new Promise((done, tell) => {
        if (failed !== undefined) return tell(failed);
        waiting.push({ done, fail: tell });
        worker.postMessage(page);
      }),
    close: async () => void (await worker.terminate()),
  };
};

import { Worker } from 'node:worker_threads';
import type { BacktestResult } from '#contracts';
import type { EventLog } from '#event-log';
import { answerFrom, type BacktestWork, type ThreadWord } from './thread-words.js';

/** What a backtest ended with: what it found, or why it cannot be done. */
export type BacktestEnd = { readonly result: BacktestResult } | { readonly why: string };

/** What the thread has of its process. */
export interface ThreadParts {
  readonly log: Pick<EventLog, 'offsets' | 'offsetAt' | 'read'>;
  readonly onProgress: (progress: number, outcomes: number) => void;
  /** Ends the thread, wherever it is. */
  readonly signal: AbortSignal;
}

/** Memory of the thread, MB: 500,000 events of a log are held while it runs. Beyond it the thread ends, and the process does not. */
const MEMORY_MB = 1_024;

const isOutOfMemory = (error: Error): boolean => 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

/**
 * A backtest on a thread of its own: it folds a log for seconds or minutes, and the process goes on paging. The thread has no connection
 * and no secret; it asks the process for what it reads. Rejects where it fails, or is ended.
 */
export const runBacktestThread = (work: BacktestWork, parts: ThreadParts): Promise<BacktestEnd> =>
  new Promise((done, fail) => {
    const { log, onProgress, signal } = parts;
    const worker = new Worker(new URL('./backtest.worker.js', import.meta.url), {
      workerData: work,
      // Else it would be given that of the process, with every secret of it.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const end = (): void => void worker.terminate();
    signal.addEventListener('abort', end, { once: true });
    worker.on('message', (word: ThreadWord) => {
      if (word.is === 'progress') onProgress(word.progress, word.outcomes);
      if (word.is === 'done') done({ result: word.result });
      if (word.is === 'impossible') done({ why: word.why });
      if (word.is !== 'question') return;
      void answerFrom(log, word.id, word.question).then((answer) =>
        worker.postMessage(answer, 'values' in answer ? [answer.values.buffer] : []),
      );
    });
    worker.on('error', (error: Error) =>
      isOutOfMemory(error)
        ? done({ why: `it takes more than ${MEMORY_MB} MB of memory: ask for a shorter time` })
        : fail(new Error('backtest: the thread failed', { cause: error })),
    );
    worker.on('exit', () => {
      signal.removeEventListener('abort', end);
      fail(new Error('backtest: the thread was ended'));
    });
  });

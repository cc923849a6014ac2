import { parentPort } from 'node:worker_threads';
import { fittingOf, type StoredPage } from './chain-row.js';

/** What the thread is asked for a page. */
export interface HashedPage {
  readonly page: StoredPage;
  readonly before: readonly (string | null)[];
}

// One answer to each page, in their order.
parentPort?.on('message', ({ page, before }: HashedPage) => parentPort?.postMessage(fittingOf(page, before)));

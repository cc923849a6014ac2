import type { Clock, Logger } from '#runtime';
import type { AggregatorCounters } from './aggregator-counters.js';

/** Often enough to place a loss in time, seldom enough that a busy aggregator writes 8,640 lines a day. */
const EVERY_MS = 10_000;

/** What telling the counters needs. */
export interface CountersLogParts {
  readonly counters: AggregatorCounters;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
}

/** Tells the counters every 10 s when one of them changed, and a last time when told to stop: what is shed is never silent. */
export const logCounters = async (
  { counters, clock, logger }: CountersLogParts,
  stopping: AbortSignal,
): Promise<void> => {
  let told = JSON.stringify(counters);
  const tellChanged = (): void => {
    const now = JSON.stringify(counters);
    if (now === told) return;
    told = now;
    logger.info({ ...counters }, 'aggregator: counters');
  };
  while (!stopping.aborted) {
    await clock.sleep(EVERY_MS, stopping);
    tellChanged();
  }
};

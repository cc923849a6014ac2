import type { Clock, Logger } from '#runtime';
import { createSegmentMinuteRepository, type Database } from '#store';

const EVERY_MS = 10_000;
/** After its end: nearly all data is there by then, and what comes later takes the minute away again. */
const SETTLED_MS = 120_000;
const MINUTE_MS = 60_000;
/**
 * Minutes of one round. One is due each minute; old ones after an upgrade follow the newest first, a week in five hours. Each costs some
 * ten milliseconds of this process, which also folds.
 */
const MINUTES_PER_ROUND = 6;

/** What sums minutes. */
export interface MinuteParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

const sumOnce = async ({ database, clock }: MinuteParts, stopping: AbortSignal): Promise<void> => {
  const minutes = createSegmentMinuteRepository(database);
  const newest = Math.floor((clock.nowMs() - SETTLED_MS) / MINUTE_MS) - 1;
  for (const minute of await minutes.missing(newest, MINUTES_PER_ROUND)) {
    if (stopping.aborted) return;
    await minutes.sum(minute);
  }
};

/** Sums minutes that are over, until told to stop. Aggregators side by side do so too: the first to write one wins. */
export const sumMinutes = async (parts: MinuteParts, stopping: AbortSignal): Promise<void> => {
  while (!stopping.aborted) {
    await sumOnce(parts, stopping).catch((error: Error) =>
      parts.logger.warn({ err: error }, 'a minute was not summed'),
    );
    await parts.clock.sleep(EVERY_MS, stopping);
  }
};

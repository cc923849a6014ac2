import { SLOT_MS, TOPICS } from '#contracts';
import type { Clock, Logger } from '#runtime';
import { createDeadLetterRepository, createSegmentRepository, type Database } from '#store';

/** Segments are dropped by whole days, so an hour is exact enough. */
const EVERY_MS = 3_600_000;
/** RR5: segments of one second are kept for a week. */
const SEGMENTS_KEPT_MS = 7 * 86_400_000;

/** What retention needs. */
export interface RetentionParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

const dropOnce = async ({ database, clock }: RetentionParts): Promise<void> => {
  const nowMs = clock.nowMs();
  await database.transaction(async (tx) => {
    await createSegmentRepository(tx).dropBefore(tx, Math.floor((nowMs - SEGMENTS_KEPT_MS) / SLOT_MS));
    await createDeadLetterRepository(tx).dropBefore(tx, nowMs - TOPICS['telemetry.dead-letter'].retentionMs);
  });
};

/** Drops what is older than its retention, at once and then every hour, until told to stop. A failure is told and tried again. */
export const keepSegments = async (parts: RetentionParts, stopping: AbortSignal): Promise<void> => {
  while (!stopping.aborted) {
    await dropOnce(parts).catch((error: Error) => parts.logger.warn({ err: error }, 'retention of segments failed'));
    await parts.clock.sleep(EVERY_MS, stopping);
  }
};

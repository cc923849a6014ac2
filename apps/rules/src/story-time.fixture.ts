import { isRefusal, TICK_MS } from '#contracts';
import { decodeTick } from '#domain';
import type { EventLog, LogRecord } from '#event-log';

/** When the aggregator would have told a tick: as soon as it is over. */
const toldAtMs = (record: LogRecord): number => {
  const part = decodeTick(record.value);
  return isRefusal(part) ? record.appendedAtMs : (part.tick + 1) * TICK_MS;
};

/**
 * The real log, with append times as they would be had the story taken place when it says: a log gives append times itself, and
 * a story of minutes is told in seconds.
 */
export const inStoryTime = (log: EventLog): EventLog => {
  const offsetAt: EventLog['offsetAt'] = async (partition, atMs) => {
    const [held] = await log.offsets(partition.topic);
    let [low, high] = [held?.low ?? 0, held?.high ?? 0];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [record] = await log.read({ ...partition, offset: middle }, 1);
      if (record !== undefined && toldAtMs(record) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const subscribe: EventLog['subscribe'] = (subscription) =>
    log.subscribe({
      ...subscription,
      onBatch: (batch) =>
        subscription.onBatch({
          ...batch,
          records: batch.records.map((record) => ({ ...record, appendedAtMs: toldAtMs(record) })),
        }),
    });
  return {
    clusterId: log.clusterId,
    ensureTopics: (topics) => log.ensureTopics(topics),
    append: (topic, records) => log.append(topic, records),
    offsets: (topic) => log.offsets(topic),
    offsetAt,
    read: (from, recordsMax) => log.read(from, recordsMax),
    subscribe,
    close: () => log.close(),
  };
};

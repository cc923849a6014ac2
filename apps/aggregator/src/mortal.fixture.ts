import type { EventLog } from '#event-log';
import type { Database } from '#store';

/** A log and a database that fail from some operation on: before they act, or after they acted and before they could say so. */
export const mortalParts = (log: EventLog, database: Database, operations: number) => {
  let left = operations;
  const dies = async <T>(operate: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left < 0) throw new Error('killed');
    const result = await operate();
    left -= 1;
    if (left < 0) throw new Error('killed before it could say so');
    return result;
  };
  const mortalLog: EventLog = {
    clusterId: log.clusterId,
    ensureTopics: (topics) => log.ensureTopics(topics),
    append: (topic, records) => dies(() => log.append(topic, records)),
    offsets: (topic) => log.offsets(topic),
    offsetAt: (partition, atMs) => log.offsetAt(partition, atMs),
    read: (from, recordsMax) => log.read(from, recordsMax),
    subscribe: (subscription) => log.subscribe(subscription),
    close: () => Promise.resolve(),
  };
  const mortalDatabase: Database = {
    query: (text, values) => dies(() => database.query(text, values)),
    transaction: (work, options) => dies(() => database.transaction(work, options)),
    close: () => Promise.resolve(),
  };
  return { log: mortalLog, database: mortalDatabase, isDead: () => left < 0, kill: () => void (left = -1) };
};

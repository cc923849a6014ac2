import type { EventLog, TopicPartition } from '#event-log';
import { type Recording, toldTickOf } from './recording.js';

/** What is asked of a log that is replayed. */
export type ReadLog = Pick<EventLog, 'clusterId' | 'offsets' | 'offsetAt' | 'read'>;

/** Records of one page: some MB of batches. */
const PAGE_RECORDS = 500;
const SLOTS = { topic: 'slots', partition: 0 } as const;

const pagesOf = async function* (log: ReadLog, partition: TopicPartition, fromMs: number) {
  const [ends, found] = await Promise.all([log.offsets(partition.topic), log.offsetAt(partition, fromMs)]);
  // Until where it was when the replay began: a log that grows meanwhile is no endless one.
  const high = ends.find((each) => each.partition === partition.partition)?.high ?? 0;
  for (let offset = found; offset < high;) {
    const records = (await log.read({ ...partition, offset }, PAGE_RECORDS)).filter((record) => record.offset < high);
    if (records.length === 0) return;
    yield records;
    offset = records.at(-1)!.offset + 1;
  }
};

/** A log that runs, as it is replayed; whoever opened it closes it. */
export const recordingOfLog = (log: ReadLog): Omit<Recording, 'close'> => {
  const record: Recording['record'] = async (partition, offset) => (await log.read({ ...partition, offset }, 1))[0];
  return {
    name: `log ${log.clusterId}`,
    offsets: log.offsets,
    pages: (partition, fromMs) => pagesOf(log, partition, fromMs),
    record,
    toldTicks: async () => {
      const [ends] = await log.offsets('slots');
      if (ends === undefined || ends.low === ends.high) return undefined;
      const first = toldTickOf(await record(SLOTS, ends.low));
      const last = toldTickOf(await record(SLOTS, ends.high - 1));
      return first === undefined || last === undefined ? undefined : { first, last, isFirst: ends.low === 0 };
    },
  };
};

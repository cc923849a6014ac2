import type { EventLog, Subscription, TopicPartition } from '#event-log';
import { counterOf, gaugeOf, type Meters, type Reading } from './meters.js';

/** Ten groups on 120 partitions at most, and a few small topics. */
const SERIES_MAX = 1_500;
/** The topics of the catalogue, twice. */
const TOPICS_MAX = 32;
const POSITION = gaugeOf(
  'tocsin_consumer_position',
  'The offset that a consumer of this process reads next.',
  ['group', 'topic', 'partition'],
  SERIES_MAX,
);
const LAG = gaugeOf(
  'tocsin_consumer_lag_records',
  'Records between the position of a consumer and the end of its partition.',
  ['group', 'topic', 'partition'],
  SERIES_MAX,
);
const APPENDED = counterOf(
  'tocsin_log_records_appended_total',
  'Records that this process appended.',
  ['topic'],
  TOPICS_MAX,
);
const BYTES = counterOf(
  'tocsin_log_bytes_appended_total',
  'Bytes of the values that this process appended.',
  ['topic'],
  TOPICS_MAX,
);
const FAILED = counterOf('tocsin_log_append_failures_total', 'Appends that failed.', ['topic'], TOPICS_MAX);

/** Groups of one process end in an id of it; the label does not. */
const OWN_ID = /-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const groupOf = ({ group }: Subscription): string => group.replace(OWN_ID, '');

interface Read extends TopicPartition {
  readonly group: string;
  position: number;
}

type PositionLabels = Readonly<Record<'group' | 'topic' | 'partition', string>>;

const keyOf = (group: string, { topic, partition }: TopicPartition): string => `${group} ${topic} ${partition}`;
const labelsOf = ({ group, topic, partition }: Read): PositionLabels => ({
  group,
  topic,
  partition: String(partition),
});

const createCounts = () => {
  const counts = new Map<string, number>();
  return {
    add: (topic: string, by: number): void => void counts.set(topic, (counts.get(topic) ?? 0) + by),
    read: () => [...counts].map(([topic, value]) => ({ labels: { topic }, value })),
  };
};

/** The same subscription, whose steps are noted. */
const noted = (subscription: Subscription, reads: Map<string, Read>): Subscription => {
  const group = groupOf(subscription);
  const note = ({ topic, partition }: TopicPartition, position: number): void => {
    const key = keyOf(group, { topic, partition });
    const known = reads.get(key);
    if (known === undefined) reads.set(key, { group, topic, partition, position });
    else known.position = position;
  };
  return {
    ...subscription,
    loadPositions: async (assigned) => {
      const loaded = await subscription.loadPositions(assigned);
      for (const each of loaded) note(each, each.offset);
      return loaded;
    },
    onBatch: async (batch) => {
      const verdict = await subscription.onBatch(batch);
      if (!batch.isStale()) note(batch, verdict.next === 'seek' ? verdict.offset : batch.nextOffset);
      return verdict;
    },
    onRevoked: (revoked) => {
      for (const each of revoked) reads.delete(keyOf(group, each));
      subscription.onRevoked?.(revoked);
    },
  };
};

/** The same log, counted: what is appended, and where each consumer of the process stands. */
export const meterEventLog = (log: EventLog, meters: Meters): EventLog => {
  const reads = new Map<string, Read>();
  const [appended, bytes, failed] = [createCounts(), createCounts(), createCounts()];
  meters.add(APPENDED, appended.read);
  meters.add(BYTES, bytes.read);
  meters.add(FAILED, failed.read);
  meters.add(POSITION, () => [...reads.values()].map((read) => ({ labels: labelsOf(read), value: read.position })));
  meters.add(LAG, async () => {
    const topics = [...new Set([...reads.values()].map(({ topic }) => topic))];
    const ends = (await Promise.all(topics.map((topic) => log.offsets(topic)))).flat();
    const highs = new Map(ends.map((end) => [keyOf('', end), end.high]));
    return [...reads.values()].flatMap((read): readonly Reading<'group' | 'topic' | 'partition'>[] => {
      const high = highs.get(keyOf('', read));
      return high === undefined ? [] : [{ labels: labelsOf(read), value: Math.max(0, high - read.position) }];
    });
  });
  return {
    clusterId: log.clusterId,
    ensureTopics: log.ensureTopics,
    offsets: log.offsets,
    offsetAt: log.offsetAt,
    read: log.read,
    close: log.close,
    append: async (topic, records) => {
      try {
        const told = await log.append(topic, records);
        appended.add(topic, records.length);
        bytes.add(
          topic,
          records.reduce((sum, { value }) => sum + value.byteLength, 0),
        );
        return told;
      } catch (error) {
        failed.add(topic, 1);
        throw error;
      }
    },
    subscribe: async (subscription) => {
      const consumer = await log.subscribe(noted(subscription, reads));
      const group = groupOf(subscription);
      return {
        pause: (partitions) => consumer.pause(partitions),
        resume: (partitions) => consumer.resume(partitions),
        stop: () => consumer.stop(),
        seek: (partition, offset) => {
          const read = reads.get(keyOf(group, partition));
          if (read !== undefined) read.position = offset;
          consumer.seek(partition, offset);
        },
      };
    },
  };
};

import { setTimeout as wait } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';
import type { TopicSettings } from '#contracts';

// Three copies, two of which confirm an append: one broker may be away.
const REPLICAS_MAX = 3;
const CONFIRMING_MIN = 2;
// A record batch of ours, where the topic does not say otherwise. It bounds a record with its key and headers: a
// dead letter holds a record's value again, and has room for its headers because no value of ours is over half of this.
const BATCH_BYTES_MAX = 2 << 20;
const HOUR_MS = 3_600_000;
// Kafka drops whole segments: a tenth of the retention is how much later than told.
const SEGMENTS_PER_RETENTION = 10;
// A new topic has leaders within a second; looked for often, since a start waits for it.
const LEADERS_MS = 15_000;
const LOOK_EVERY_MS = 20;
// Kafka's number for a topic among the things that have a configuration.
const TOPIC_RESOURCE = 2;
// Kafka's number for a configuration entry that was set on the topic itself.
const SET_ON_TOPIC = 1;

/** What Kafka is told about a topic. Append times come from the broker: they are the only clock decisions know. */
export const configOf = (
  { retentionMs, compacted, recordBytesMax }: TopicSettings,
  replicas: number,
): Record<string, string> => ({
  'cleanup.policy': compacted ? 'compact' : 'delete',
  'retention.ms': String(retentionMs),
  'segment.ms': String(Math.max(HOUR_MS, Math.floor(retentionMs / SEGMENTS_PER_RETENTION))),
  'message.timestamp.type': 'LogAppendTime',
  // The broker unpacks whatever a sender packed: no reader meets a bomb.
  'compression.type': 'uncompressed',
  'max.message.bytes': String(recordBytesMax ?? BATCH_BYTES_MAX),
  'min.insync.replicas': String(Math.min(CONFIRMING_MIN, Math.max(1, replicas - 1))),
  'unclean.leader.election.enable': 'false',
});

/** Makes the topics that are not there, and holds those that are to what is stated. `topics` are Kafka's names. */
export const ensureKafkaTopics = async (
  admin: Admin,
  topics: Readonly<Record<string, TopicSettings>>,
): Promise<void> => {
  const { brokers } = await admin.describeCluster();
  const replicas = Math.min(REPLICAS_MAX, brokers.length);
  const there = new Set(await admin.listTopics());
  const missing: ITopicConfig[] = Object.entries(topics)
    .filter(([topic]) => !there.has(topic))
    .map(([topic, settings]) => ({
      topic,
      numPartitions: settings.partitions,
      replicationFactor: replicas,
      configEntries: Object.entries(configOf(settings, replicas)).map(([name, value]) => ({ name, value })),
    }));
  if (missing.length > 0) await create(admin, missing);
  const known = Object.entries(topics).filter(([topic]) => there.has(topic));
  if (known.length > 0) await holdToSettings(admin, known, replicas);
};

/** Brokers hear of a new topic one after the other: it is there when the leaders of all its partitions answer for it. */
const create = async (admin: Admin, missing: ITopicConfig[]): Promise<void> => {
  await admin.createTopics({ topics: missing, waitForLeaders: false });
  const end = performance.now() + LEADERS_MS;
  for (const { topic } of missing) {
    while (!(await hasLeaders(admin, topic))) {
      if (performance.now() > end) throw new Error(`event log: topic ${topic} has no leaders`);
      await wait(LOOK_EVERY_MS);
    }
  }
};

const hasLeaders = (admin: Admin, topic: string): Promise<boolean> =>
  admin.fetchTopicOffsets(topic).then(
    (offsets) => offsets.length > 0,
    () => false,
  );

const holdToSettings = async (
  admin: Admin,
  topics: readonly (readonly [string, TopicSettings])[],
  replicas: number,
): Promise<void> => {
  const metadata = await admin.fetchTopicMetadata({ topics: topics.map(([topic]) => topic) });
  for (const [topic, settings] of topics) {
    const found = metadata.topics.find(({ name }) => name === topic)?.partitions.length;
    if (found !== settings.partitions)
      throw new Error(
        `event log: topic ${topic} has ${found} partitions, not ${settings.partitions}; order per key would break`,
      );
  }
  await alterWhatDiffers(admin, topics, replicas);
};

/** Kafka's request replaces everything that was set on a topic, so what others have set is repeated. */
const alterWhatDiffers = async (
  admin: Admin,
  topics: readonly (readonly [string, TopicSettings])[],
  replicas: number,
): Promise<void> => {
  const type = TOPIC_RESOURCE;
  const described = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map(([name]) => ({ type, name })),
  });
  const resources = topics.flatMap(([name, settings]) => {
    const entries = described.resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
    const set = entries.filter(({ configSource }) => Number(configSource) === SET_ON_TOPIC);
    const values = new Map(set.map(({ configName, configValue }) => [configName, configValue]));
    const stated = Object.entries(configOf(settings, replicas));
    if (stated.every(([key, value]) => values.get(key) === value)) return [];
    for (const [key, value] of stated) values.set(key, value);
    return [{ type, name, configEntries: [...values].map(([key, value]) => ({ name: key, value })) }];
  });
  if (resources.length > 0) await admin.alterConfigs({ validateOnly: false, resources });
};

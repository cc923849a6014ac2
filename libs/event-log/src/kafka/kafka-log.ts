import { clearInterval, setInterval } from 'node:timers';
import { type Admin, type Kafka, Partitioners, type Producer } from 'kafkajs';
import { TOPICS, type Topic, type TopicSettings } from '#contracts';
import {
  LogUnavailable,
  OffsetOutOfRange,
  type Consumer,
  type EventLog,
  type LogRecord,
  type NewRecord,
  type PartitionOffsets,
  type Subscription,
  type TopicPartition,
} from '../event-log.js';
import { partitionOf } from '../partition-of.js';
import { fetchRequest } from './fetch-wire.js';
import { type Cluster, createCluster, createKafka, type KafkaConnection } from './kafka-client.js';
import { KafkaConsumer } from './kafka-consumer.js';
import { LogClock } from './log-clock.js';
import { decodeBatches } from './record-batch.js';
import { ensureKafkaTopics } from './topic-admin.js';
import { type RoutedRecord, TopicWriter } from './topic-writer.js';

/** How the log on Kafka is opened. */
export interface KafkaLogOptions extends KafkaConnection {
  /** Put before the names of topics and groups, so that several logs can share a cluster; none unless told. */
  readonly prefix?: string;
  /** After this an append fails with `LogUnavailable`; 5 s. */
  readonly appendTimeoutMs?: number;
}

const APPEND_TIMEOUT_MS = 5_000;
// Holds records that nobody reads: their answers tell the broker's time when nothing else is appended.
const CLOCK_TOPIC = 'log.clock';
const CLOCK_SETTINGS: TopicSettings = { partitions: 1, retentionMs: 3_600_000, compacted: false };
// A reading of the clock is good for a minute; two tries may fail.
const CLOCK_EVERY_MS = 5_000;
// One page of a `read`: what is asked for is rarely more than a few records.
const READ_BYTES_MAX = 4 << 20;
// Nothing to wait for: what is there is read.
const READ_BOUNDS = { waitMs: 0, bytesMax: READ_BYTES_MAX, partitionBytesMax: READ_BYTES_MAX };
// Kafka's error code.
const OUT_OF_RANGE = 1;

/** Opens the event log on a Kafka cluster; fails with `LogUnavailable` when it does not answer. */
export const openKafkaLog = async (options: KafkaLogOptions): Promise<EventLog> => {
  const log = new KafkaLog(options);
  try {
    await log.start();
    return log;
  } catch (error) {
    await log.close();
    throw new LogUnavailable('open event log: Kafka does not answer', { cause: error });
  }
};

/** The event log on Kafka: a writer per topic, a group member and a fetcher per subscription, an admin for the rest. */
class KafkaLog implements EventLog {
  private readonly kafka: Kafka;
  private readonly admin: Admin;
  private readonly cluster: Cluster;
  private readonly prefix: string;
  private readonly clock = new LogClock(() => performance.now());
  private readonly writers = new Map<string, TopicWriter>();
  private readonly consumers = new Set<KafkaConsumer>();
  private readonly partitionsOf = new Map<string, number>();
  private producing: Promise<Producer> | undefined;
  private ticking: NodeJS.Timeout | undefined;
  clusterId = '';

  constructor(private readonly options: KafkaLogOptions) {
    this.kafka = createKafka(options);
    this.admin = this.kafka.admin();
    this.cluster = createCluster(this.kafka);
    this.prefix = options.prefix ?? '';
  }

  async start(): Promise<void> {
    await this.admin.connect();
    const { clusterId } = await this.admin.describeCluster();
    this.clusterId = this.prefix === '' ? clusterId : `${clusterId}/${this.prefix}`;
    await this.cluster.connect();
  }

  readonly ensureTopics = async (topics: Readonly<Record<string, TopicSettings>>): Promise<void> => {
    const named = Object.entries({ ...topics, [CLOCK_TOPIC]: CLOCK_SETTINGS });
    await ensureKafkaTopics(
      this.admin,
      Object.fromEntries(named.map(([topic, settings]) => [this.kafkaName(topic), settings])),
    );
    for (const [topic, { partitions }] of named) this.partitionsOf.set(topic, partitions);
  };

  readonly append = async (
    topic: Topic,
    records: readonly NewRecord[],
  ): Promise<readonly (TopicPartition & { baseOffset: number })[]> => {
    const partitions = await this.partitionCount(topic);
    return this.writer(topic).append(records.map((record) => route(topic, record, partitions)));
  };

  readonly offsets = async (topic: Topic): Promise<readonly PartitionOffsets[]> => {
    const found = await this.asking(`offsets of ${topic}`, () => this.admin.fetchTopicOffsets(this.kafkaName(topic)));
    return found
      .map(({ partition, low, high }) => ({ topic, partition, low: Number(low), high: Number(high) }))
      .toSorted((a, b) => a.partition - b.partition);
  };

  readonly offsetAt = async ({ topic, partition }: TopicPartition, atMs: number): Promise<number> => {
    const found = await this.asking(`offset of ${topic}/${partition} at a time`, () =>
      this.admin.fetchTopicOffsetsByTimestamp(this.kafkaName(topic), atMs),
    );
    const one = found.find((offset) => offset.partition === partition);
    if (one === undefined) throw new Error(`offset of ${topic}/${partition}: there is no such partition`);
    return Number(one.offset);
  };

  readonly read = async (
    from: TopicPartition & { offset: number },
    recordsMax: number,
  ): Promise<readonly LogRecord[]> => {
    const name = `read ${from.topic}/${from.partition}`;
    const found = await this.asking(name, () => this.fetchOnce(from));
    if (found.error === OUT_OF_RANGE) {
      const { low, high } = await this.ends(from);
      throw new OffsetOutOfRange(from, from.offset, low, high);
    }
    if (found.error !== 0) throw new LogUnavailable(`${name}: error ${found.error}`);
    const { records, undecodable } = await decodeBatches(found.batches, from);
    for (const { from: first, to, reason } of undecodable)
      this.onError(`${name}: offsets ${first} to ${to - 1} are skipped`, reason);
    return records.slice(0, recordsMax);
  };

  readonly subscribe = async (subscription: Subscription): Promise<Consumer> => {
    const kafkaGroup = this.prefix + subscription.group;
    const consumer: KafkaConsumer = new KafkaConsumer(subscription, {
      kafka: this.kafka,
      cluster: createCluster(this.kafka),
      clock: this.clock,
      kafkaGroup,
      kafkaName: this.kafkaName,
      topicOf: this.topicOf,
      ends: this.ends,
      deleteGroup: () => this.admin.deleteGroups([kafkaGroup]).then(() => undefined),
      onError: this.onError,
      onStopped: () => this.consumers.delete(consumer),
    });
    this.consumers.add(consumer);
    if (subscription.onCaughtUp !== undefined) await this.keepClock();
    try {
      await consumer.start();
      return consumer;
    } catch (error) {
      await consumer.stop();
      throw new LogUnavailable(`subscribe ${subscription.group}: Kafka does not answer`, { cause: error });
    }
  };

  readonly close = async (): Promise<void> => {
    clearInterval(this.ticking);
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await Promise.all([...this.writers.values()].map((writer) => writer.settle()));
    await this.producing?.then(
      (producer) => producer.disconnect(),
      () => undefined,
    );
    await this.cluster.disconnect().catch(() => undefined);
    await this.admin.disconnect().catch(() => undefined);
  };

  private readonly onError = (what: string, error: Error): void => this.options.onError?.(what, error);

  private readonly kafkaName = (topic: string): string => this.prefix + topic;

  private readonly topicOf = (name: string): Topic | undefined => {
    const topic = name.slice(this.prefix.length);
    return name.startsWith(this.prefix) && topic in TOPICS ? (topic as Topic) : undefined;
  };

  private readonly ends = async ({ topic, partition }: TopicPartition): Promise<PartitionOffsets> => {
    const found = (await this.offsets(topic)).find((one) => one.partition === partition);
    if (found === undefined) throw new Error(`offsets of ${topic}/${partition}: there is no such partition`);
    return found;
  };

  /** Any failure to get an answer is the same to callers: the log is away. */
  private async asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw new LogUnavailable(`${what}: ${(error as Error).message}`, { cause: error });
    }
  }

  private async fetchOnce({ topic, partition, offset }: TopicPartition & { offset: number }) {
    const name = this.kafkaName(topic);
    await this.cluster.addMultipleTargetTopics([name]);
    const known = this.cluster.findTopicPartitionMetadata(name).find(({ partitionId }) => partitionId === partition);
    try {
      const broker = await this.cluster.findBroker({ nodeId: String(known?.leader ?? -1) });
      const { partitions } = await broker.connectionPool.send(
        fetchRequest([{ topic: name, partition, offset }], READ_BOUNDS),
      );
      const [found] = partitions;
      if (found === undefined) throw new Error('the broker answered nothing');
      return found;
    } catch (error) {
      await this.cluster.refreshMetadata().catch(() => undefined);
      throw error;
    }
  }

  private async partitionCount(topic: Topic): Promise<number> {
    const known = this.partitionsOf.get(topic);
    if (known !== undefined) return known;
    const name = this.kafkaName(topic);
    const { topics } = await this.asking(`append to ${topic}`, () => this.admin.fetchTopicMetadata({ topics: [name] }));
    const partitions = topics[0]?.partitions.length ?? 0;
    if (partitions === 0) throw new LogUnavailable(`append to ${topic}: Kafka names no partition of it`);
    this.partitionsOf.set(topic, partitions);
    return partitions;
  }

  private writer(topic: string): TopicWriter {
    const known = this.writers.get(topic);
    if (known !== undefined) return known;
    const writer = new TopicWriter(topic as Topic, this.kafkaName(topic), {
      producer: this.producer,
      discard: this.discard,
      onAppended: (appendedAtMs) => this.clock.hear(appendedAtMs),
      timeoutMs: this.options.appendTimeoutMs ?? APPEND_TIMEOUT_MS,
    });
    this.writers.set(topic, writer);
    return writer;
  }

  /**
   * Idempotent: what kafkajs sends again within one send is written once. After a failed send it would give the same sequence
   * numbers to other records, and the broker would take those for repetitions and drop them: so a producer that failed is not used
   * again.
   */
  private readonly producer = (): Promise<Producer> => {
    const open = async (): Promise<Producer> => {
      const producer = this.kafka.producer({
        idempotent: true,
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      try {
        await producer.connect();
        return producer;
      } catch (error) {
        this.producing = undefined;
        await producer.disconnect().catch(() => undefined);
        throw error;
      }
    };
    return (this.producing ??= open());
  };

  private readonly discard = (producer: Producer): void => {
    this.producing = undefined;
    void producer.disconnect().catch(() => undefined);
  };

  /** Keeps the log's clock known, as long as somebody wants to hear of time. */
  private async keepClock(): Promise<void> {
    await this.readClock();
    this.ticking ??= setInterval(() => void this.readClock(), CLOCK_EVERY_MS);
  }

  private async readClock(): Promise<void> {
    if (this.clock.ageMs() < CLOCK_EVERY_MS) return;
    try {
      await this.writer(CLOCK_TOPIC).append([{ key: null, value: new Uint8Array(), partition: 0 }]);
    } catch (error) {
      this.onError('read the clock of the log', error as Error);
    }
  }
}

const route = (topic: Topic, record: NewRecord, partitions: number): RoutedRecord => {
  const partition = record.partition ?? (record.key === null ? 0 : partitionOf(record.key, partitions));
  if (!(partition >= 0 && partition < partitions))
    throw new Error(`append to ${topic}: there is no partition ${partition}`);
  return { ...record, partition };
};

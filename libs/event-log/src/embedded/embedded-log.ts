import pg from 'pg';
import { clearInterval, setInterval } from 'node:timers';
import type { Topic, TopicSettings } from '#contracts';
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
import { AppendWakeUp } from './append-wake-up.js';
import { EmbeddedConsumer } from './embedded-consumer.js';
import { keepWithinRetention, makeChunks } from './retention.js';
import { SQL, toRecord, type RecordRow } from './statements.js';

/** How the embedded log is opened. */
export interface EmbeddedLogOptions {
  /** Settings of a new connection; asked each time, since an embedded server may come back elsewhere. */
  readonly connection: () => pg.ClientConfig;
  /** Brings the server back when a connection broke (an embedded server that was killed). */
  readonly onUnreachable?: () => Promise<void>;
  /** After this an append fails with `LogUnavailable`. */
  readonly appendTimeoutMs?: number;
  /** Bytes over all topics beyond which the oldest chunks are dropped before their age; 20 GiB. */
  readonly bytesMax?: number;
  readonly onError?: (what: string, error: Error) => void;
}

const GIB = 2 ** 30;
// Retention and new chunks are looked at this often; a chunk holds an hour, so half an hour early is early enough.
const RETENTION_EVERY_MS = 60_000;
// Appends, reads of seven partitions and the API share these; a further caller waits, bounded by the pool's timeout.
const CONNECTIONS_MAX = 6;

/** Opens the event log that lives in PostgreSQL; its tables come from the migrations. */
export const openEmbeddedLog = async (options: EmbeddedLogOptions): Promise<EventLog> => {
  const log = new EmbeddedLog(options);
  await log.start();
  return log;
};

/**
 * The event log as a table. One process holds all readers, so there is no group protocol: a consumer gets every partition.
 * An append holds its partition's head row until commit: one writer at a time per partition, others wait their turn.
 */
class EmbeddedLog implements EventLog {
  private readonly pool: pg.Pool;
  private readonly wakeUp: AppendWakeUp;
  private readonly consumers = new Set<EmbeddedConsumer>();
  private readonly partitionsOf = new Map<string, number>();
  private retention: NodeJS.Timeout | undefined;
  clusterId = '';

  constructor(private readonly options: EmbeddedLogOptions) {
    class Client extends pg.Client {
      constructor() {
        super(options.connection());
      }
    }
    this.pool = new pg.Pool({
      Client,
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: options.appendTimeoutMs ?? 5_000,
    });
    this.pool.on('error', (error) => options.onError?.('idle connection', error));
    this.wakeUp = new AppendWakeUp(options);
  }

  async start(): Promise<void> {
    this.clusterId =
      (await this.pool.query<{ cluster_id: string }>('select cluster_id from log_cluster')).rows[0]?.cluster_id ?? '';
    await this.loadTopics();
    await this.keep();
    this.retention = setInterval(
      () => void this.keep().catch((error: Error) => this.options.onError?.('retention', error)),
      RETENTION_EVERY_MS,
    );
    this.retention.unref();
    this.wakeUp.start();
  }

  async ensureTopics(topics: Readonly<Record<string, TopicSettings>>): Promise<void> {
    for (const [topic, { partitions, retentionMs, compacted }] of Object.entries(topics)) {
      await this.pool.query(SQL.ensureTopic, [topic, partitions, retentionMs, compacted]);
      await this.pool.query(SQL.ensureHeads, [topic, partitions]);
    }
    await this.loadTopics();
  }

  async append(
    topic: Topic,
    records: readonly NewRecord[],
  ): Promise<readonly (TopicPartition & { baseOffset: number })[]> {
    const byPartition = this.route(topic, records);
    const done: (TopicPartition & { baseOffset: number })[] = [];
    for (const partition of [...byPartition.keys()].sort((a, b) => a - b)) {
      const part = byPartition.get(partition) ?? [];
      done.push({ topic, partition, baseOffset: await this.appendTo(topic, partition, part) });
    }
    return done;
  }

  private async appendTo(topic: Topic, partition: number, records: readonly NewRecord[]): Promise<number> {
    const values = [
      topic,
      partition,
      records.map(({ key }) => key),
      records.map(({ headers }) => JSON.stringify(headers ?? {})),
      records.map(({ value }) => Buffer.from(value.buffer, value.byteOffset, value.byteLength)),
    ];
    try {
      const { rows } = await this.pool.query<{ base: string }>({ name: 'append', text: SQL.append, values });
      return Number(rows[0]?.base);
    } catch (cause) {
      void this.options
        .onUnreachable?.()
        .catch((error: Error) => this.options.onError?.('bring the server back', error));
      throw new LogUnavailable(`append to ${topic}/${partition}: ${(cause as Error).message}`, { cause });
    }
  }

  private route(topic: Topic, records: readonly NewRecord[]): Map<number, NewRecord[]> {
    const partitions = this.partitionCount(topic);
    const routed = new Map<number, NewRecord[]>();
    for (const record of records) {
      const partition = record.partition ?? (record.key === null ? 0 : partitionOf(record.key, partitions));
      const part = routed.get(partition);
      if (part === undefined) routed.set(partition, [record]);
      else part.push(record);
    }
    return routed;
  }

  async offsets(topic: Topic): Promise<readonly PartitionOffsets[]> {
    const { rows } = await this.pool.query<{ partition: number; low: string; high: string }>(SQL.offsets, [topic]);
    return rows.map((row) => ({ topic, partition: row.partition, low: Number(row.low), high: Number(row.high) }));
  }

  async offsetAt({ topic, partition }: TopicPartition, atMs: number): Promise<number> {
    const { rows } = await this.pool.query<{ found: string }>(SQL.offsetAt, [topic, partition, atMs]);
    return Number(rows[0]?.found ?? 0);
  }

  async read(from: TopicPartition & { offset: number }, recordsMax: number): Promise<readonly LogRecord[]> {
    const { low, high } = (await this.offsets(from.topic)).find((o) => o.partition === from.partition) ?? {
      low: 0,
      high: 0,
    };
    if (from.offset < low || from.offset > high) throw new OffsetOutOfRange(from, from.offset, low, high);
    return this.fetch(from, recordsMax, Number.MAX_SAFE_INTEGER);
  }

  private async fetch(
    from: TopicPartition & { offset: number },
    recordsMax: number,
    bytesMax: number,
  ): Promise<readonly LogRecord[]> {
    const values = [from.topic, from.partition, from.offset, recordsMax, bytesMax];
    const { rows } = await this.pool.query<RecordRow>({ name: 'fetch', text: SQL.fetch, values });
    return rows.map((row) => toRecord(from, row));
  }

  async subscribe(subscription: Subscription): Promise<Consumer> {
    const partitions = subscription.topics.flatMap((topic) =>
      Array.from({ length: this.partitionCount(topic) }, (_, partition) => ({ topic, partition })),
    );
    const consumer = new EmbeddedConsumer(subscription, partitions, this.wakeUp, {
      fetch: (from) => this.fetch(from, subscription.batchRecordsMax, subscription.batchBytesMax),
      range: async ({ topic, partition }) =>
        (await this.offsets(topic)).find((o) => o.partition === partition) ?? { low: 0, high: 0 },
      caughtUpAt: (partition) => this.caughtUpAt(partition),
      onUnreachable: () => this.options.onUnreachable?.() ?? Promise.resolve(),
      onError: (what, error) => this.options.onError?.(what, error),
      onStopped: () => this.consumers.delete(consumer),
    });
    this.consumers.add(consumer);
    consumer.start();
    return consumer;
  }

  /** The clock is read before the head row is locked: whatever was appended earlier has committed by then, or shows in the offset. */
  private async caughtUpAt({ topic, partition }: TopicPartition): Promise<{ nextOffset: number; atMs: number }> {
    const { rows } = await this.pool.query<{ at_ms: string; next_offset: string }>({
      name: 'caught-up',
      text: SQL.caughtUp,
      values: [topic, partition],
    });
    return { nextOffset: Number(rows[0]?.next_offset), atMs: Number(rows[0]?.at_ms) };
  }

  async close(): Promise<void> {
    clearInterval(this.retention);
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.wakeUp.stop();
    await this.pool.end();
  }

  private partitionCount(topic: string): number {
    const partitions = this.partitionsOf.get(topic);
    if (partitions === undefined) throw new Error(`event log: topic ${topic} does not exist`);
    return partitions;
  }

  private async loadTopics(): Promise<void> {
    const { rows } = await this.pool.query<{ topic: string; partitions: number }>(
      'select topic, partitions from log_topic',
    );
    for (const row of rows) this.partitionsOf.set(row.topic, row.partitions);
  }

  private async keep(): Promise<void> {
    await makeChunks(this.pool);
    await keepWithinRetention(this.pool, this.options.bytesMax ?? 20 * GIB);
  }
}

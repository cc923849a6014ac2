import { setTimeout as wait } from 'node:timers/promises';
import type { Topic, TopicSettings } from '#contracts';
import {
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
import { Chunks } from './chunks.js';
import { EmbeddedConsumer, type Page, type PartitionEnd } from './embedded-consumer.js';
import { LogPool, type LogConnection } from './log-pool.js';
import { PartitionWriter } from './partition-writer.js';
import { keepWithinRetention } from './retention.js';
import { SQL, toRecord, type RecordRow } from './statements.js';

/** How the embedded log is opened. */
export interface EmbeddedLogOptions extends LogConnection {
  /** After this an append fails with `LogUnavailable`; 5 s. */
  readonly appendTimeoutMs?: number;
  /** Bytes over all topics beyond which the oldest chunks are dropped before their age; 20 GiB. */
  readonly bytesMax?: number;
  /** For a reader beside a running server: the database refuses every write, nothing is dropped, nobody can subscribe. */
  readonly isReadOnly?: boolean;
  /** What the log takes for the time of an append, ms; the clock of the database server unless told. It never goes back. */
  readonly nowMs?: () => number;
}

const GIB = 2 ** 30;
const BYTES_MAX = 20 * GIB;
const APPEND_TIMEOUT_MS = 5_000;
// A chunk holds an hour or more, so a minute is exact enough.
const RETENTION_EVERY_MS = 60_000;
// Appends of the partitions of one busy topic run side by side; more of them would only wait for the same disk.
const WRITERS_MAX = 4;
// All readers' fetches share these; they take under a millisecond each.
const READERS_MAX = 4;
// `caughtUp` writes a time that matters only while the server lives: its commit need not wait for the disk.
const READER_OPTIONS = '-c synchronous_commit=off';
const READ_ONLY_OPTIONS = '-c default_transaction_read_only=on';
// A page that is cut by bytes alone is bounded by its records.
const READ_BYTES_MAX = 64 << 20;

/** Opens the event log that lives in PostgreSQL; its tables come from the migrations. */
export const openEmbeddedLog = async (options: EmbeddedLogOptions): Promise<EventLog> => {
  const log = new EmbeddedLog(options);
  try {
    await log.start();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
};

/**
 * The event log as tables. One process holds all readers, so there is no group protocol: a consumer gets every partition.
 * An append holds its partition's head row until commit: one writer at a time per partition; the appends of one process that
 * wait for it go together. What the port promises are fields, not methods: they work without their object. Made of: heads and chunks (0001_event_log.sql), a writer per partition, a loop per read partition.
 */
class EmbeddedLog implements EventLog {
  private readonly writerPool: LogPool;
  private readonly readerPool: LogPool;
  private readonly chunks: Chunks;
  private readonly wakeUp: AppendWakeUp;
  private readonly writers = new Map<string, PartitionWriter>();
  private readonly consumers = new Set<EmbeddedConsumer>();
  private readonly partitionsOf = new Map<string, number>();
  private readonly closing = new AbortController();
  private retention: Promise<void> = Promise.resolve();
  clusterId = '';

  constructor(private readonly options: EmbeddedLogOptions) {
    const isReadOnly = options.isReadOnly === true;
    this.writerPool = new LogPool(options, WRITERS_MAX, isReadOnly ? READ_ONLY_OPTIONS : '');
    this.readerPool = new LogPool(options, READERS_MAX, isReadOnly ? READ_ONLY_OPTIONS : READER_OPTIONS);
    this.chunks = new Chunks(this.readerPool);
    this.wakeUp = new AppendWakeUp(options);
  }

  async start(): Promise<void> {
    const [cluster] = await this.readerPool.query<{ cluster_id: string }>({
      text: 'select cluster_id from log_cluster',
    });
    this.clusterId = cluster?.cluster_id ?? '';
    const topics = await this.readerPool.query<{ topic: string; partitions: number }>({ text: SQL.topics });
    for (const { topic, partitions } of topics) this.partitionsOf.set(topic, partitions);
    for (const { topic } of topics) await this.chunks.refresh(topic);
    if (this.options.isReadOnly === true) return;
    this.retention = this.keep();
    this.wakeUp.start();
  }

  readonly ensureTopics = async (topics: Readonly<Record<string, TopicSettings>>): Promise<void> => {
    for (const [topic, settings] of Object.entries(topics)) {
      await this.chunks.ensureTopic(topic, settings);
      this.partitionsOf.set(topic, settings.partitions);
    }
  };

  readonly append = async (
    topic: Topic,
    records: readonly NewRecord[],
  ): Promise<readonly (TopicPartition & { baseOffset: number })[]> => {
    const routed = [...this.route(topic, records)].toSorted(([a], [b]) => a - b);
    return Promise.all(
      routed.map(async ([partition, part]) => ({
        topic,
        partition,
        baseOffset: await this.writer({ topic, partition }).append(part),
      })),
    );
  };

  /** null = the server's. */
  private readonly nowMs = (): number | null => this.options.nowMs?.() ?? null;

  private writer(partition: TopicPartition): PartitionWriter {
    const name = `${partition.topic}/${partition.partition}`;
    const known = this.writers.get(name);
    if (known !== undefined) return known;
    const timeoutMs = this.options.appendTimeoutMs ?? APPEND_TIMEOUT_MS;
    const writer = new PartitionWriter(partition, this.writerPool, this.chunks, { timeoutMs, nowMs: this.nowMs });
    this.writers.set(name, writer);
    return writer;
  }

  private route(topic: Topic, records: readonly NewRecord[]): Map<number, NewRecord[]> {
    const partitions = this.partitionCount(topic);
    const routed = new Map<number, NewRecord[]>();
    for (const record of records) {
      const partition = record.partition ?? (record.key === null ? 0 : partitionOf(record.key, partitions));
      if (!(partition >= 0 && partition < partitions))
        throw new Error(`append to ${topic}: there is no partition ${partition}`);
      const part = routed.get(partition);
      if (part === undefined) routed.set(partition, [record]);
      else part.push(record);
    }
    return routed;
  }

  readonly offsets = async (topic: Topic): Promise<readonly PartitionOffsets[]> => {
    const rows = await this.readerPool.query<{ partition: number; low: string; high: string }>({
      name: 'offsets',
      text: SQL.offsets,
      values: [topic],
    });
    return rows.map((row) => ({ topic, partition: row.partition, low: Number(row.low), high: Number(row.high) }));
  };

  /** Append times never decrease: halves the range until one offset is left. */
  readonly offsetAt = async (partition: TopicPartition, atMs: number): Promise<number> => {
    let { low, high } = await this.end(partition, false);
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [record] = await this.read({ ...partition, offset: middle }, 1);
      if (record !== undefined && record.appendedAtMs < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  readonly read = async (
    from: TopicPartition & { offset: number },
    recordsMax: number,
  ): Promise<readonly LogRecord[]> => {
    const { records } = await this.fetch(from, recordsMax, READ_BYTES_MAX);
    if (records[0]?.offset === from.offset) return records;
    const { low, high } = await this.end(from, false);
    if (from.offset < low || from.offset > high) throw new OffsetOutOfRange(from, from.offset, low, high);
    if (from.offset === high) return [];
    // In a chunk that another process began.
    await this.chunks.refresh(from.topic);
    return (await this.fetch(from, recordsMax, READ_BYTES_MAX)).records;
  };

  private async fetch(from: TopicPartition & { offset: number }, recordsMax: number, bytesMax: number): Promise<Page> {
    const chunk = this.chunks.holding(from, from.offset);
    if (chunk === undefined) return { records: [], isEnd: false };
    const values = [from.partition, from.offset, recordsMax, bytesMax];
    const rows = await this.readerPool
      .query<RecordRow>({ name: `fetch ${chunk}`, text: SQL.fetch(chunk), values })
      .catch((error: unknown) => this.whenDropped(from, error));
    const bytes = rows.reduce((sum, { value }) => sum + value.byteLength, 0);
    return {
      records: rows.map((row) => toRecord(from, row)),
      // A page that was cut for its bytes might be taken for one that is not: then one more fetch tells.
      isEnd: rows.length < recordsMax && bytes < bytesMax / 2 && chunk === this.chunks.newest(from),
    };
  }

  /** 42P01: another process dropped the chunk; the next look at the low offset says where to go on. */
  private async whenDropped({ topic }: TopicPartition, error: unknown): Promise<readonly RecordRow[]> {
    if ((error as { code?: unknown }).code !== '42P01') throw error;
    await this.chunks.refresh(topic);
    return [];
  }

  private async end({ topic, partition }: TopicPartition, exact: boolean): Promise<PartitionEnd> {
    const query = exact
      ? { name: 'caught-up', text: SQL.caughtUp, values: [topic, partition, this.nowMs()] }
      : { name: 'end', text: SQL.end, values: [topic, partition] };
    const [row] = await this.readerPool.query<{ low: string; high: string; at_ms: number }>(query);
    if (row === undefined) throw new Error(`event log: partition ${topic}/${partition} does not exist`);
    return { low: Number(row.low), high: Number(row.high), atMs: row.at_ms };
  }

  readonly subscribe = async (subscription: Subscription): Promise<Consumer> => {
    if (this.options.isReadOnly === true) throw new Error('event log: opened to read, and asked for a subscription');
    const partitions = subscription.topics.flatMap((topic) =>
      Array.from({ length: this.partitionCount(topic) }, (_, partition) => ({ topic, partition })),
    );
    const tellError = (what: string, error: Error): void => this.options.onError?.(what, error);
    const consumer = new EmbeddedConsumer(subscription, partitions, this.wakeUp, {
      fetch: (from) => this.fetch(from, subscription.batchRecordsMax, subscription.batchBytesMax),
      end: (partition, exact) => this.end(partition, exact),
      refresh: (topic) => this.chunks.refresh(topic),
      onUnreachable: () =>
        void this.options.onUnreachable?.().catch((error: Error) => tellError('bring the server back', error)),
      onError: tellError,
      onStopped: () => this.consumers.delete(consumer),
    });
    this.consumers.add(consumer);
    consumer.start();
    return consumer;
  };

  readonly close = async (): Promise<void> => {
    this.closing.abort();
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.wakeUp.stop();
    await this.retention;
    await Promise.all([this.writerPool.close(), this.readerPool.close()]);
  };

  private partitionCount(topic: string): number {
    const partitions = this.partitionsOf.get(topic);
    if (partitions === undefined) throw new Error(`event log: topic ${topic} does not exist`);
    return partitions;
  }

  private async keep(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await keepWithinRetention(this.readerPool, this.chunks, this.options.bytesMax ?? BYTES_MAX).catch(
        (error: Error) => this.options.onError?.('retention', error),
      );
      await wait(RETENTION_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

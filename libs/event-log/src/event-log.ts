import type { Topic, TopicSettings } from '#contracts';

/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: Topic;
  readonly partition: number;
}

/** A record as it is appended. The key picks the partition, unless the caller names one. */
export interface NewRecord {
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly partition?: number;
}

/** A record as it is read. */
export interface LogRecord extends TopicPartition {
  /** Grows within a partition. Holes are possible (compaction, control records), going back is not. */
  readonly offset: number;
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Append time, whole ms since the epoch, given by the log: never decreases within a partition. The only clock decisions know. */
  readonly appendedAtMs: number;
}

/** Records of one partition, in order. */
export interface RecordBatch extends TopicPartition {
  readonly records: readonly LogRecord[];
  /** The offset after the last record of this batch, also where the batch ends in records that are not shown. */
  readonly nextOffset: number;
  /** True when the partition was taken away since: stop, change nothing. */
  readonly isStale: () => boolean;
}

/** Where a partition begins and ends: `low` is the oldest kept record, `high` the offset the next record will get. */
export interface PartitionOffsets extends TopicPartition {
  readonly low: number;
  readonly high: number;
}

/** What a subscriber answers to a batch: go on after it, or deliver again from an offset. */
export type BatchVerdict = { readonly next: 'continue' } | { readonly next: 'seek'; readonly offset: number };

/**
 * A subscriber. Positions are its own business: the log commits none.
 * Calls for one partition never overlap; `onBatch` must not throw (a throw stops the consumer for good and `onCrash` is told).
 */
export interface Subscription {
  /** Consumers with the same group share the partitions. */
  readonly group: string;
  /** The group has this one consumer, and no other will follow: a clean stop takes it from the log. Default false. */
  readonly isGroupOwn?: boolean;
  readonly topics: readonly Topic[];
  /**
   * Called when partitions are assigned, while they are paused. Answers the offset to begin at for each of them; while it
   * fails it is asked again (with back-off) and the partitions stay paused.
   */
  readonly loadPositions: (
    assigned: readonly TopicPartition[],
  ) => Promise<readonly (TopicPartition & { offset: number })[]>;
  readonly onBatch: (batch: RecordBatch) => Promise<BatchVerdict>;
  /**
   * Nothing lies between `nextOffset` and the end of the partition, and every record appended before `atMs` of the log's clock
   * has been delivered. Called at most once per `idleMs` and partition: this is how time passes on a quiet partition.
   */
  readonly onCaughtUp?: (partition: TopicPartition, nextOffset: number, atMs: number) => Promise<void>;
  readonly onRevoked?: (revoked: readonly TopicPartition[]) => void;
  /** The consumer has stopped for good; the process is expected to exit. */
  readonly onCrash?: (error: Error) => void;
  /** Most bytes and records of one batch. */
  readonly batchBytesMax: number;
  readonly batchRecordsMax: number;
  /** How often `onCaughtUp` is told. */
  readonly idleMs: number;
}

/** A running subscription. */
export interface Consumer {
  readonly pause: (partitions: readonly TopicPartition[]) => void;
  readonly resume: (partitions: readonly TopicPartition[]) => void;
  readonly seek: (partition: TopicPartition, offset: number) => void;
  /** Finishes the batch in hand, then stops. */
  readonly stop: () => Promise<void>;
}

/**
 * The event log: ordered, durable, append-only partitions. Two adapters stand behind it, a table log in PostgreSQL and Kafka, and
 * one suite (`event-log.contract.ts`) that both pass.
 * - `append` resolves when the records are durable, in one piece per partition; it never drops. When the log is away it fails
 *   with `LogUnavailable` after `appendTimeoutMs` and the records may or may not be in the log: senders repeat, readers
 *   recognise repetitions by the batch identity.
 * - `read` looks without subscribing; reading below `low` fails with `OffsetOutOfRange`.
 * - Every function works on its own, taken out of the log or handed on.
 */
export interface EventLog {
  /** Names this log: positions of another log mean nothing here. */
  readonly clusterId: string;
  readonly ensureTopics: (topics: Readonly<Record<string, TopicSettings>>) => Promise<void>;
  readonly append: (
    topic: Topic,
    records: readonly NewRecord[],
  ) => Promise<readonly (TopicPartition & { baseOffset: number })[]>;
  readonly offsets: (topic: Topic) => Promise<readonly PartitionOffsets[]>;
  /** First offset appended at or after a moment; `high` when there is none. */
  readonly offsetAt: (partition: TopicPartition, atMs: number) => Promise<number>;
  readonly read: (from: TopicPartition & { offset: number }, recordsMax: number) => Promise<readonly LogRecord[]>;
  readonly subscribe: (subscription: Subscription) => Promise<Consumer>;
  readonly close: () => Promise<void>;
}

/** The log cannot be reached or did not answer in time; whether an append took effect is unknown. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** The offset is older than what retention kept, or newer than the end. */
export class OffsetOutOfRange extends Error {
  override readonly name = 'OffsetOutOfRange';
  constructor(
    readonly partition: TopicPartition,
    readonly offset: number,
    readonly low: number,
    readonly high: number,
  ) {
    super(`read ${partition.topic}/${partition.partition}: offset ${offset} is outside ${low}..${high}`);
  }
}

import { clearTimeout, setTimeout } from 'node:timers';
import type { TopicPartition } from '../event-log.js';
import type { Cluster } from './kafka-client.js';
import { type FetchAnswer, type FetchedPartition, fetchRequest } from './fetch-wire.js';
import type { LogClock } from './log-clock.js';
import type { PartitionReader } from './partition-reader.js';
import { decodeBatches } from './record-batch.js';

/** What a fetcher needs of its consumer. */
export interface FetcherParts {
  readonly cluster: Cluster;
  readonly clock: LogClock;
  readonly kafkaName: (topic: string) => string;
  readonly bytesMax: number;
  readonly waitMs: number;
  readonly isOver: () => boolean;
  readonly ends: (partition: TopicPartition) => Promise<{ readonly low: number; readonly high: number }>;
  readonly onError: (what: string, error: Error) => void;
}

// All partitions of one answer together; the broker sends at least one batch whatever its size.
const ANSWER_BYTES_MAX = 16 << 20;
// While a handler holds a partition, a fetch for the others may not make it wait for longer than this when it is done.
const WAIT_BESIDE_BUSY_MS = 50;
// First and longest pause after a failure: a leader is elected within a second, a broker restarts in ten.
const BACK_OFF_FIRST_MS = 50;
const BACK_OFF_MAX_MS = 1_000;
// Kafka's error code.
const OFFSET_OUT_OF_RANGE = 1;

interface Asked {
  readonly reader: PartitionReader;
  readonly seekCount: number;
  readonly offset: number;
}

/**
 * Fetches for the partitions of one assignment: one request at a time per broker, with every partition it leads that has room.
 * Nothing here runs in a loop: whatever makes room, and every answer, calls `pump`.
 */
export class PartitionFetcher {
  private readonly inFlight = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly readers: readonly PartitionReader[],
    private readonly parts: FetcherParts,
  ) {}

  /** Asks for whatever is wanted and not asked for. */
  pump(): void {
    if (this.parts.isOver()) return;
    const byLeader = new Map<string, PartitionReader[]>();
    for (const reader of this.readers) {
      if (!reader.wantsFetch) continue;
      const leader = this.leaderOf(reader.partition);
      if (this.inFlight.has(leader)) continue;
      const list = byLeader.get(leader);
      if (list === undefined) byLeader.set(leader, [reader]);
      else list.push(reader);
    }
    for (const [leader, readers] of byLeader) void this.fetchFrom(leader, readers);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** The id of the broker to ask; -1 while there is none. */
  private leaderOf({ topic, partition }: TopicPartition): string {
    try {
      const known = this.parts.cluster.findTopicPartitionMetadata(this.parts.kafkaName(topic));
      return String(known.find(({ partitionId }) => partitionId === partition)?.leader ?? -1);
    } catch {
      return '-1';
    }
  }

  private async fetchFrom(leader: string, readers: readonly PartitionReader[]): Promise<void> {
    this.inFlight.add(leader);
    for (const reader of readers) reader.isFetching = true;
    const asked = readers.map((reader) => ({
      reader,
      seekCount: reader.seekCount,
      offset: reader.fetchOffset,
    }));
    try {
      const settledMs = this.parts.clock.settledMs();
      const { error, partitions } = await this.ask(leader, asked);
      if (error !== 0) throw new Error(`fetch from broker ${leader}: error ${error}`);
      for (const found of partitions) await this.accept(asked, found, settledMs);
    } catch (error) {
      this.fail(readers, `fetch from broker ${leader}`, error as Error);
      await this.refresh();
    }
    for (const reader of readers) reader.isFetching = false;
    this.inFlight.delete(leader);
    this.pump();
  }

  private async ask(leader: string, asked: readonly Asked[]): Promise<FetchAnswer> {
    const broker = await this.parts.cluster.findBroker({ nodeId: leader });
    const isSomeBusy = this.readers.some((reader) => reader.isBusy);
    const waitMs = isSomeBusy ? Math.min(WAIT_BESIDE_BUSY_MS, this.parts.waitMs) : this.parts.waitMs;
    const from = asked.map(({ reader: { partition }, offset }) => ({
      topic: this.parts.kafkaName(partition.topic),
      partition: partition.partition,
      offset,
    }));
    const bounds = { waitMs, bytesMax: ANSWER_BYTES_MAX, partitionBytesMax: this.parts.bytesMax };
    return broker.connectionPool.send(fetchRequest(from, bounds));
  }

  private async accept(asked: readonly Asked[], found: FetchedPartition, settledMs: number | undefined): Promise<void> {
    const one = asked.find(
      ({ reader: { partition } }) =>
        this.parts.kafkaName(partition.topic) === found.topic && partition.partition === found.partition,
    );
    if (one === undefined) return;
    const { reader } = one;
    try {
      if (found.error !== 0) await this.refused(one, found.error);
      else await this.take(one, found, settledMs);
    } catch (error) {
      // Of this partition only: the others of its broker go on at once.
      this.fail([reader], `fetch ${nameOf(reader.partition)}`, error as Error);
      void this.refresh();
    }
  }

  private async take(
    { reader, seekCount, offset }: Asked,
    found: FetchedPartition,
    settledMs: number | undefined,
  ): Promise<void> {
    const { records, undecodable, nextOffset } = await decodeBatches(found.batches, { ...reader.partition, offset });
    if (this.parts.isOver() || reader.seekCount !== seekCount) return;
    for (const { from, to, reason } of undecodable)
      this.parts.onError(`decode ${nameOf(reader.partition)}: offsets ${from} to ${to - 1} are skipped`, reason);
    reader.failures = 0;
    const holes = undecodable.map(({ to }) => to);
    reader.accept({ records, holes, nextOffset, high: found.highWatermark, settledMs });
  }

  private async refused({ reader, offset, seekCount }: Asked, error: number): Promise<void> {
    if (error !== OFFSET_OUT_OF_RANGE) throw new Error(`the broker answered error ${error}`);
    const { low, high } = await this.parts.ends(reader.partition);
    if (reader.seekCount !== seekCount) return;
    // Below what retention kept: the subscriber's positions tell it what it lost, we go on at the first record there is.
    if (offset < low) return reader.accept({ records: [], holes: [], nextOffset: low, high: -1, settledMs: undefined });
    throw new Error(`position ${offset} lies beyond the end ${high}`);
  }

  /** Each partition pauses by its own count of failures. */
  private fail(readers: readonly PartitionReader[], what: string, error: Error): void {
    if (this.parts.isOver()) return;
    const pausesMs = readers.map((reader) => {
      reader.failures += 1;
      const pauseMs = Math.min(BACK_OFF_FIRST_MS * 2 ** reader.failures, BACK_OFF_MAX_MS);
      reader.retryAtMs = performance.now() + pauseMs;
      return pauseMs;
    });
    this.parts.onError(what, error);
    for (const pauseMs of new Set(pausesMs)) this.pumpAfter(pauseMs);
  }

  private pumpAfter(pauseMs: number): void {
    const pump = (): void => {
      this.timers.delete(timer);
      this.pump();
    };
    // A timer may be early by a fraction of a millisecond, and would then find nothing to ask for.
    const timer = setTimeout(pump, pauseMs + 1);
    this.timers.add(timer);
  }

  /** The leader may be another one by now. */
  private refresh(): Promise<void> {
    return this.parts.cluster.refreshMetadata().catch(() => undefined);
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

import { setMaxListeners } from 'node:events';
import { TELEMETRY_TOPICS, TICK_MS } from '#contracts';
import type { BatchVerdict, Consumer, EventLog, RecordBatch, TopicPartition } from '#event-log';
import type { ZoneCatalogue } from '#domain';
import { type Clock, type Logger, NO_TRACES, type NodeKeyring, type Traces } from '#runtime';
import type { Database } from '#store';
import { type AggregatorCounters, createCounters } from './aggregator-counters.js';
import { createPartitionRepository, type TelemetryPartition } from './partition.repository.js';
import { PartitionWorker, type WorkerParts } from './partition-worker.js';

/** Bytes and records of one fetch: some 150,000 outcomes, 50 ms of folding, so that others get their turn. */
const FETCH_BYTES_MAX = 2 << 20;
const FETCH_RECORDS_MAX = 500;
/** Records behind the end of a partition that are no lag: two seconds of a fleet of a thousand nodes. */
const LAG_RECORDS_SMALL = 2_000;
/** The lag is compared with that of so long ago: several flushes, so that one which takes its time is no standstill. */
const LAG_COMPARED_MS = 5_000;

/** What the aggregator needs of its process. */
export interface AggregatorParts {
  readonly log: EventLog;
  readonly database: Database;
  readonly catalogue: ZoneCatalogue;
  /** Who may speak for whom; without it no tag is demanded and none is known. */
  readonly keys?: Pick<NodeKeyring, 'isRequired' | 'find' | 'learn'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The consumer stopped for good. */
  readonly onCrash: (error: Error) => void;
  /** Records of one fetch; 500 unless told. What is told and counted does not depend on it. */
  readonly fetchRecordsMax?: number;
  readonly traces?: Traces;
}

const NO_KEYS = { isRequired: false, find: () => undefined, learn: () => Promise.resolve() };

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const isTelemetry = (partition: TopicPartition): partition is TelemetryPartition =>
  TELEMETRY_TOPICS.some((topic) => topic === partition.topic);

/** Reads every telemetry topic with one worker per partition that is assigned. */
export class AggregatorConsumer {
  readonly counters: AggregatorCounters = createCounters();
  private readonly workers = new Map<string, PartitionWorker>();
  private readonly stopping = new AbortController();
  private readonly shared: WorkerParts;
  private consumer: Consumer | undefined;
  private lastLag = Number.POSITIVE_INFINITY;
  private lastLagAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: AggregatorParts) {
    // Every append and every flush that waits listens: two per partition at most.
    setMaxListeners(0, this.stopping.signal);
    this.shared = {
      ...parts,
      keys: parts.keys ?? NO_KEYS,
      partitions: createPartitionRepository(parts),
      counters: this.counters,
      stopping: this.stopping.signal,
      seek: (partition, offset) => this.consumer?.seek(partition, offset),
    };
  }

  async start(): Promise<void> {
    this.consumer = await this.parts.log.subscribe({
      group: 'aggregator',
      topics: TELEMETRY_TOPICS,
      batchBytesMax: FETCH_BYTES_MAX,
      batchRecordsMax: this.parts.fetchRecordsMax ?? FETCH_RECORDS_MAX,
      idleMs: TICK_MS,
      loadPositions: (assigned) => this.loadPositions(assigned),
      onBatch: (batch) => this.onBatch(batch),
      onCaughtUp: async (partition, nextOffset, atMs) => this.workerOf(partition)?.onCaughtUp(nextOffset, atMs),
      onRevoked: (revoked) => this.revoke(revoked),
      onCrash: this.parts.onCrash,
    });
  }

  /** Stops reading, then writes what is complete. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.consumer?.stop();
    await Promise.all([...this.workers.values()].map((worker) => worker.finish()));
  }

  /** Records between the workers and the ends of their partitions; undefined before positions are loaded. */
  async lag(): Promise<number | undefined> {
    if (this.workers.size === 0) return undefined;
    const ends = (await Promise.all(TELEMETRY_TOPICS.map((topic) => this.parts.log.offsets(topic)))).flat();
    let lag = 0;
    for (const worker of this.workers.values()) {
      const high = ends.find((end) => nameOf(end) === nameOf(worker.partition))?.high ?? 0;
      if (worker.nextOffset === undefined) return undefined;
      lag += Math.max(0, high - worker.nextOffset);
    }
    return lag;
  }

  /** Why the aggregator is not ready; undefined when it is: what it is behind is little, or less than some seconds ago. */
  async unready(): Promise<string | undefined> {
    const lag = await this.lag();
    if (lag === undefined) return 'positions are not loaded';
    const isFalling = lag < this.lastLag;
    const nowMs = this.parts.clock.nowMs();
    // Asked twice in a moment it must not say twice: probes do not know of each other.
    if (nowMs - this.lastLagAtMs >= LAG_COMPARED_MS) {
      this.lastLag = lag;
      this.lastLagAtMs = nowMs;
    }
    return lag <= LAG_RECORDS_SMALL || isFalling ? undefined : `${lag} records behind, and not catching up`;
  }

  private async loadPositions(
    assigned: readonly TopicPartition[],
  ): Promise<readonly (TopicPartition & { offset: number })[]> {
    this.revoke(assigned);
    const loaded: (TopicPartition & { offset: number })[] = [];
    for (const partition of assigned.filter(isTelemetry)) {
      const worker = new PartitionWorker(partition, this.shared);
      this.workers.set(nameOf(partition), worker);
      loaded.push({ ...partition, offset: await worker.load() });
    }
    return loaded;
  }

  private revoke(revoked: readonly TopicPartition[]): void {
    for (const partition of revoked) {
      this.workers.get(nameOf(partition))?.leave();
      this.workers.delete(nameOf(partition));
    }
  }

  /** What was fetched before a partition was taken away is nobody's: whoever has it now begins at the stored position. */
  private onBatch(batch: RecordBatch): Promise<BatchVerdict> {
    const worker = this.workerOf(batch);
    if (worker === undefined) return Promise.resolve({ next: 'seek', offset: batch.records[0]?.offset ?? 0 });
    const { traces = NO_TRACES } = this.parts;
    const { topic, partition, records } = batch;
    return traces.span('fold', { topic, partition, records: records.length }, () => worker.onBatch(batch));
  }

  private workerOf(partition: TopicPartition): PartitionWorker | undefined {
    return this.workers.get(nameOf(partition));
  }
}

import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Consumer, Subscription, TopicPartition } from '../event-log.js';
import { type AssignedPartition, GroupMember } from './group-member.js';
import type { Cluster } from './kafka-client.js';
import type { LogClock } from './log-clock.js';
import { PartitionFetcher } from './partition-fetcher.js';
import { PartitionReader } from './partition-reader.js';
import { ProgressWatch } from './progress-watch.js';

/** What a consumer needs of its log. */
export interface ConsumerParts {
  readonly kafka: Kafka;
  readonly cluster: Cluster;
  readonly clock: LogClock;
  /** The group as Kafka knows it. */
  readonly kafkaGroup: string;
  /** Kafka's name of a topic, and back; undefined = none of ours. */
  readonly kafkaName: (topic: string) => string;
  readonly topicOf: (kafkaName: string) => TopicPartition['topic'] | undefined;
  readonly ends: (partition: TopicPartition) => Promise<{ readonly low: number; readonly high: number }>;
  /** Takes the group from the cluster, once it is empty. */
  readonly deleteGroup: () => Promise<void>;
  readonly onError: (what: string, error: Error) => void;
  readonly onStopped: () => void;
}

// A quiet partition's time moves with empty answers: often enough for its subscriber, not so often that it costs.
const WAIT_MIN_MS = 50;
const WAIT_MAX_MS = 200;
// First and longest pause after positions could not be loaded; the database is either back at once or being restarted.
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 2_000;
// A stop waits no longer than this for a broker that is away to forget a group.
const DELETE_GROUP_MS = 2_000;
// How often a lapsed session is looked for; well below a session.
const CHECK_EVERY_MS = 1_000;
// Lag tools look every half minute or so.
const SHOW_EVERY_MS = 10_000;

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** What a join gave us, until it is lost. */
interface Assignment {
  isOver: boolean;
  readonly partitions: readonly TopicPartition[];
  /** Seeks from before there is a reader, by the partition's name. */
  readonly sought: Map<string, number>;
  readers: readonly PartitionReader[];
  fetcher: PartitionFetcher | undefined;
}

/**
 * A subscription on Kafka. Each join begins an assignment: LOADING (positions are asked for, nothing is read) and then READING,
 * until it is OVER by a rebalance, a lapsed session or a crash. What runs for an assignment that is over is stale: its verdicts count
 * no more, and the next one begins when it has ended, so that calls for a partition never overlap.
 */
export class KafkaConsumer implements Consumer {
  private readonly paused = new Set<string>();
  private readonly member: GroupMember;
  private readonly watch: ProgressWatch;
  private readonly stopping = new AbortController();
  private assignment: Assignment | undefined;
  private beginning: Promise<void> = Promise.resolve();
  private checking: NodeJS.Timeout | undefined;
  private shownAtMs = 0;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly subscription: Subscription,
    private readonly parts: ConsumerParts,
  ) {
    this.member = new GroupMember(parts.kafka, parts.kafkaGroup, {
      onAssigned: (partitions) => this.assign(partitions),
      onLost: () => this.revoke(),
      onCrash: (error) => this.crash(error),
    });
    this.watch = new ProgressWatch({
      ends: parts.ends,
      monotonicMs: () => performance.now(),
      onStuck: (error) => this.crash(error),
      onError: parts.onError,
    });
  }

  async start(): Promise<void> {
    const topics = this.subscription.topics.map(this.parts.kafkaName);
    await this.parts.cluster.connect();
    await this.parts.cluster.addMultipleTargetTopics(topics);
    await this.member.start(topics);
    this.checking = setInterval(() => this.check(), CHECK_EVERY_MS);
  }

  pause = (partitions: readonly TopicPartition[]): void => partitions.forEach((p) => this.paused.add(nameOf(p)));

  resume = (partitions: readonly TopicPartition[]): void => {
    partitions.forEach((p) => this.paused.delete(nameOf(p)));
    this.assignment?.readers.forEach((reader) => reader.wake());
    this.assignment?.fetcher?.pump();
  };

  /** While positions are loaded it is kept, and goes before what was loaded; of a partition that is not ours it moves nothing. */
  seek = (partition: TopicPartition, offset: number): void => {
    const { assignment } = this;
    const name = nameOf(partition);
    if (assignment?.fetcher === undefined) assignment?.sought.set(name, offset);
    else assignment.readers.find((reader) => nameOf(reader.partition) === name)?.seek(offset);
  };

  stop = (): Promise<void> => (this.stopped ??= this.shutDown());

  private async shutDown(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.checking);
    this.over();
    await this.beginning;
    await this.member.stop();
    if (this.subscription.isGroupOwn === true) await this.deleteGroup();
    await this.parts.cluster.disconnect().catch(() => undefined);
    this.parts.onStopped();
  }

  /** A failure costs little: the broker drops an empty group when its offsets expire. */
  private async deleteGroup(): Promise<void> {
    const failed = (error: Error): void => this.parts.onError(`delete group ${this.parts.kafkaGroup}`, error);
    const deleted = this.parts.deleteGroup().catch(failed);
    await Promise.race([deleted, wait(DELETE_GROUP_MS, undefined, { ref: false })]);
  }

  private assign(assigned: readonly AssignedPartition[]): void {
    this.revoke();
    if (this.stopping.signal.aborted) return;
    const partitions = assigned.flatMap(({ topic, partition }) => {
      const ours = this.parts.topicOf(topic);
      return ours === undefined ? [] : [{ topic: ours, partition }];
    });
    const assignment: Assignment = { isOver: false, partitions, sought: new Map(), readers: [], fetcher: undefined };
    this.assignment = assignment;
    const before = this.beginning;
    this.beginning = before.then(() => this.begin(assignment));
  }

  private revoke(): void {
    const revoked = this.assignment?.partitions ?? [];
    this.over();
    if (revoked.length > 0) this.subscription.onRevoked?.(revoked);
  }

  /** Ends the assignment; the next one waits for its handlers. */
  private over(): void {
    const { assignment } = this;
    if (assignment === undefined) return;
    assignment.isOver = true;
    assignment.fetcher?.stop();
    this.assignment = undefined;
    this.beginning = this.beginning
      .then(() => Promise.all(assignment.readers.map((reader) => reader.settle())))
      .then(() => undefined);
  }

  private async begin(assignment: Assignment): Promise<void> {
    const positions = await this.loadPositions(assignment);
    if (assignment.isOver) return;
    const isOver = (): boolean => assignment.isOver || this.member.hasLapsed();
    assignment.readers = positions.map(
      ({ topic, partition, offset }) =>
        new PartitionReader({ topic, partition }, assignment.sought.get(`${topic}/${partition}`) ?? offset, {
          subscription: this.subscription,
          isOver,
          isPaused: () => this.paused.has(`${topic}/${partition}`),
          onChange: () => assignment.fetcher?.pump(),
          onThrow: (error) => this.crash(error),
          monotonicMs: () => performance.now(),
        }),
    );
    const { cluster, clock, kafkaName, ends, onError } = this.parts;
    assignment.fetcher = new PartitionFetcher(assignment.readers, {
      cluster,
      clock,
      kafkaName,
      ends,
      onError,
      isOver,
      bytesMax: this.subscription.batchBytesMax,
      waitMs: Math.min(WAIT_MAX_MS, Math.max(WAIT_MIN_MS, this.subscription.idleMs / 2)),
    });
    assignment.fetcher.pump();
  }

  private async loadPositions(
    assignment: Assignment,
  ): Promise<readonly (TopicPartition & { readonly offset: number })[]> {
    if (assignment.partitions.length === 0) return [];
    for (let failures = 0; !assignment.isOver; failures++) {
      try {
        return await this.subscription.loadPositions(assignment.partitions);
      } catch (error) {
        this.parts.onError(`load positions of ${this.subscription.group}`, error as Error);
        const pauseMs = Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS);
        await wait(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
    return [];
  }

  private crash(error: Error): void {
    if (this.stopping.signal.aborted) return;
    void this.stop();
    this.subscription.onCrash?.(error);
  }

  private check(): void {
    this.member.check();
    void this.watch.look(this.assignment?.readers ?? []);
    const nowMs = performance.now();
    if (nowMs - this.shownAtMs < SHOW_EVERY_MS) return;
    this.shownAtMs = nowMs;
    const positions = (this.assignment?.readers ?? []).map(({ partition: { topic, partition }, nextOffset }) => ({
      topic: this.parts.kafkaName(topic),
      partition,
      offset: nextOffset,
    }));
    void this.member.showPositions(positions);
  }
}

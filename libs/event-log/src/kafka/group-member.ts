import { setTimeout as wait } from 'node:timers/promises';
import type { Consumer as KafkaConsumer, Kafka } from 'kafkajs';

/** A partition by Kafka's name of its topic. */
export interface AssignedPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What a member is told; never while another call runs, and synchronously. */
export interface GroupEvents {
  /** These are ours from now on, and whatever was ours before is not. */
  readonly onAssigned: (partitions: readonly AssignedPartition[]) => void;
  /** Nothing is ours: the group rebalances, or no longer knows us. */
  readonly onLost: () => void;
  /** The member has stopped for good. */
  readonly onCrash: (error: Error) => void;
}

// The broker gives our partitions to others after this much silence; we stop by ourselves at the same time.
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 1_000;
// How long a rebalance waits for members; ours answer within a heartbeat, because no handler runs in the member's loop.
const REBALANCE_MS = 20_000;
// The member's loop has nothing to fetch: it sleeps this long between heartbeats, and a stop waits for it.
const LOOP_MS = 100;
const NO_COORDINATOR = 'KafkaJSGroupCoordinatorNotFound';
// The member fetches nothing, so nothing is ever handed to it.
const RUN = { autoCommit: false, eachBatchAutoResolve: false, eachBatch: async (): Promise<void> => undefined };
const RETRY = { initialRetryTime: 200, maxRetryTime: 5_000, retries: 8 };

/**
 * Membership in a consumer group, by kafkajs, which fetches nothing for us: every partition is paused as soon as it is assigned, and
 * read by `partition-fetcher.ts`. So its loop is never held up by a handler, heartbeats go on while one waits, and no error of
 * ours is judged by it.
 *
 *   OUTSIDE ──join──▶ MEMBER ──rebalance, session lapsed, crash──▶ OUTSIDE
 *                                                        crash that kafkajs does not restart ──▶ STOPPED
 *
 * Joins carry no generation that could fence anything: writers to a database compare positions instead.
 */
export class GroupMember {
  private readonly consumer: KafkaConsumer;
  private assigned: readonly AssignedPartition[] | undefined;
  private heardAtMs = 0;
  private isLapsed = false;
  private isStopped = false;

  constructor(
    kafka: Kafka,
    readonly group: string,
    private readonly events: GroupEvents,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
      maxWaitTimeInMs: LOOP_MS,
      allowAutoTopicCreation: false,
      retry: { ...RETRY, restartOnFailure: async () => true },
    });
    this.listen();
  }

  /** Joins; resolves after the first join, or when the first try was given up and another is on its way. */
  async start(topics: readonly string[]): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await this.consumer.run(RUN);
  }

  /** After a crash that kafkajs does not restart; what it subscribed to stays. */
  private async joinAgain(): Promise<void> {
    await wait(RETRY.initialRetryTime);
    if (this.isStopped) return;
    try {
      await this.consumer.connect();
      await this.consumer.run(RUN);
    } catch {
      void this.joinAgain();
    }
  }

  /** True when the broker may have given our partitions away without our knowing: we were silent for a session. */
  hasLapsed(): boolean {
    return this.assigned !== undefined && (this.isLapsed || this.monotonicMs() - this.heardAtMs > SESSION_MS);
  }

  /** Ends what a lapsed session held; called once in a while, since silence itself calls nobody. */
  check(): void {
    if (!this.hasLapsed() || this.isLapsed) return;
    this.isLapsed = true;
    this.events.onLost();
  }

  /** Lets lag tools see where we are. Nothing reads it: a failure costs nothing. */
  async showPositions(positions: readonly (AssignedPartition & { offset: number })[]): Promise<void> {
    if (this.assigned === undefined || this.isLapsed || this.isStopped || positions.length === 0) return;
    const offsets = positions.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) }));
    await this.consumer.commitOffsets(offsets).catch(() => undefined);
  }

  /** Leaves the group, so that others need not wait for a session to lapse. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.consumer.disconnect().catch(() => undefined);
  }

  private listen(): void {
    const { consumer } = this;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      const topics = Object.entries(memberAssignment);
      // At once and before anything else: the next turn of kafkajs' loop would fetch.
      consumer.pause(topics.map(([topic, partitions]) => ({ topic, partitions: [...partitions] })));
      this.begin(topics.flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))));
    });
    consumer.on(consumer.events.HEARTBEAT, () => {
      const wasSilent = this.hasLapsed();
      this.heardAtMs = this.monotonicMs();
      // Still a member: the coordinator was silent, not we. What was given up is taken again, as after a join.
      if (wasSilent && this.assigned !== undefined) this.begin(this.assigned);
    });
    consumer.on(consumer.events.REBALANCING, () => this.lose());
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      this.lose();
      if (restart || this.isStopped) return;
      // Of a broker that was just started, or lost its coordinator: kafkajs takes it for final, and there will be one in a moment.
      if (error.name === NO_COORDINATOR) void this.joinAgain();
      else this.events.onCrash(error);
    });
  }

  private begin(partitions: readonly AssignedPartition[]): void {
    this.heardAtMs = this.monotonicMs();
    this.isLapsed = false;
    this.assigned = partitions;
    if (!this.isStopped) this.events.onAssigned(partitions);
  }

  private lose(): void {
    if (this.assigned === undefined) return;
    this.assigned = undefined;
    this.events.onLost();
  }
}

import type { Topic } from '#contracts';
import {
  type Consumer,
  type EventLog,
  type LogRecord,
  type NewRecord,
  OffsetOutOfRange,
  partitionOf,
  type Subscription,
} from '#event-log';
import type { Life, Scheduler } from './simulated-scheduler.fake.js';

/** Two, so that a process keeps one while it loses the other. */
export const PARTITIONS = 2;
const TOPIC = 'telemetry.outcomes';
const CAUGHT_UP_EVERY_MS = 250;
const RETRY_MS = 100;
const FETCH_MAX = 8;
/** Longest time a process goes on with a partition that is another's. */
const ZOMBIE_MS_MAX = 4_000;

/** One partition as the broker has it. */
interface Stored {
  incarnation: number;
  low: number;
  high: number;
  readonly records: LogRecord[];
}

/** A partition in the hands of a process. */
interface Assignment {
  readonly partition: number;
  readonly member: Member;
  isStale: boolean;
  cursor: number;
  sought: number | undefined;
}

interface Member {
  readonly life: Life;
  readonly subscription: Subscription;
}

/**
 * A log with one group of consumers: redelivery, skipped records, rebalances of which the loser hears late, retention, holes, a
 * topic made anew, and appends whose answer gets lost. Delivery of what a process does not have any more goes on until it hears.
 */
export class SimulatedLog {
  readonly partitions: Stored[] = Array.from({ length: PARTITIONS }, () => ({
    incarnation: 1,
    low: 0,
    high: 0,
    records: [],
  }));
  /** Every record there ever was: `partition/incarnation` → in order. */
  readonly history = new Map<string, LogRecord[]>();
  /** `partition/incarnation` → offsets that were never given to a record. */
  readonly holes = new Map<string, Set<number>>();
  readonly told: Uint8Array[] = [];
  /** Share of operations that fail, and of fetches that begin at the wrong place. */
  faults = 0;
  /** What a handler threw, which must never be. */
  thrown: string | undefined;
  private members: Member[] = [];
  private readonly owners = new Map<number, Assignment>();
  /** What was taken away from processes that have not heard of it. */
  private readonly zombies = new Set<Assignment>();

  constructor(private readonly scheduler: Scheduler) {}

  /** Appends a record of a node; holes and append times are the log's business. */
  add({ key, value, headers = {} }: NewRecord): void {
    const partition = partitionOf(key ?? '', PARTITIONS);
    const stored = this.partitions[partition]!;
    const record = { topic: TOPIC, partition, offset: stored.high, key, value, headers } as const;
    const place = `${partition}/${stored.incarnation}`;
    const kept = { ...record, appendedAtMs: this.scheduler.nowMs };
    stored.records.push(kept);
    stored.high += 1;
    this.history.set(place, [...(this.history.get(place) ?? []), kept]);
  }

  /** Retention takes everything below some record. */
  trim(partition: number): void {
    const stored = this.partitions[partition]!;
    stored.low += this.scheduler.below(Math.min(6, stored.high - stored.low) + 1);
    while (stored.records[0] !== undefined && stored.records[0].offset < stored.low) stored.records.shift();
  }

  /** Offsets that no record gets. */
  leaveHole(partition: number): void {
    const stored = this.partitions[partition]!;
    const place = `${partition}/${stored.incarnation}`;
    const holes = this.holes.get(place) ?? new Set();
    this.holes.set(place, holes);
    for (let count = 1 + this.scheduler.below(3); count > 0; count -= 1) holes.add(stored.high++);
  }

  /** The topic is made anew: its offsets begin again, whoever reads it begins again. */
  recreate(partition: number): void {
    const stored = this.partitions[partition]!;
    this.partitions[partition] = { incarnation: stored.incarnation + 1, low: 0, high: 0, records: [] };
    this.assign(partition, this.owners.get(partition)?.member);
  }

  /** The log as one process sees it. */
  logOf(life: Life): EventLog {
    return {
      clusterId: 'simulated',
      ensureTopics: () => Promise.resolve(),
      append: (topic, records) => this.append(life, topic, records),
      offsets: async (topic) => {
        await this.operation(life);
        if (topic !== TOPIC) return [];
        return this.partitions.map(({ low, high }, partition) => ({ topic, partition, low, high }));
      },
      offsetAt: () => Promise.reject(new Error('nobody asks')),
      read: async (from, recordsMax) => {
        await this.operation(life);
        const { low, high, records } = this.partitions[from.partition]!;
        if (from.offset < low || from.offset > high) throw new OffsetOutOfRange(from, from.offset, low, high);
        return records.filter(({ offset }) => offset >= from.offset).slice(0, recordsMax);
      },
      subscribe: (subscription) => Promise.resolve(this.join(life, subscription)),
      close: () => Promise.resolve(),
    };
  }

  /** Gives some partitions to other processes; the old owner hears at once or much later. */
  rebalance(): void {
    for (let partition = 0; partition < PARTITIONS; partition += 1)
      if (this.scheduler.chance(0.6)) this.assign(partition, this.scheduler.pick(this.members));
  }

  /** A process died; what it had is given to others. */
  kill(life: Life): void {
    this.members = this.members.filter((member) => member.life !== life);
    for (const { partition, member } of this.owners.values())
      if (member.life === life) this.assign(partition, this.scheduler.pick(this.members));
  }

  private join(life: Life, subscription: Subscription): Consumer {
    const member = { life, subscription };
    this.members.push(member);
    for (let partition = 0; partition < PARTITIONS; partition += 1)
      if (!this.owners.has(partition) || this.scheduler.chance(0.5)) this.assign(partition, member);
    return {
      pause: () => undefined,
      resume: () => undefined,
      seek: ({ partition }, offset) => {
        for (const mine of this.owners.values())
          if (mine.member === member && mine.partition === partition) mine.sought = offset;
      },
      stop: () => Promise.resolve(),
    };
  }

  private assign(partition: number, member: Member | undefined): void {
    const before = this.owners.get(partition);
    if (before !== undefined) void this.revoke(before, before.member === member);
    // A process that gets back what it had hears so: its calls for a partition never overlap.
    for (const old of this.zombies) if (old.partition === partition && old.member === member) old.isStale = true;
    this.owners.delete(partition);
    if (member === undefined) return;
    const now = { partition, member, isStale: false, cursor: 0, sought: undefined };
    this.owners.set(partition, now);
    void this.follow(now).catch((error: unknown) => (this.thrown ??= `a handler threw ${String(error)}`));
  }

  private async revoke(before: Assignment, isAtOnce: boolean): Promise<void> {
    const { life, subscription } = before.member;
    if (!isAtOnce && this.scheduler.chance(0.7)) {
      this.zombies.add(before);
      await this.scheduler.turn(life, this.scheduler.below(ZOMBIE_MS_MAX));
    }
    this.zombies.delete(before);
    before.isStale = true;
    const again = this.owners.get(before.partition);
    // Given back before it heard: that it was away shows only in the second loading.
    if (again?.member === before.member && again !== before) return;
    subscription.onRevoked?.([{ topic: TOPIC, partition: before.partition }]);
  }

  private async operation(life: Life): Promise<void> {
    await this.scheduler.turn(life);
    if (this.scheduler.chance(this.faults / 4)) throw new Error('the log is away');
  }

  private async append(life: Life, topic: Topic, records: readonly NewRecord[]) {
    const take = (): void => {
      if (topic === 'slots') this.told.push(...records.map(({ value }) => value));
    };
    const isFaulty = this.scheduler.chance(this.faults);
    const isFirst = this.scheduler.chance(0.5);
    if (isFirst) take();
    await this.scheduler.turn(life);
    if (isFaulty) throw new Error('the append failed, or its answer got lost');
    if (!isFirst) take();
    return [];
  }

  private async follow(assignment: Assignment): Promise<void> {
    const { life } = assignment.member;
    await this.load(assignment);
    while (!assignment.isStale) {
      await this.scheduler.turn(life);
      if (assignment.isStale) return;
      await this.deliver(assignment, life);
    }
  }

  private async load(assignment: Assignment): Promise<void> {
    const { member, partition } = assignment;
    while (!assignment.isStale) {
      try {
        const [position] = await member.subscription.loadPositions([{ topic: TOPIC, partition }]);
        assignment.cursor = position!.offset;
        return;
      } catch {
        await this.scheduler.turn(member.life, RETRY_MS);
      }
    }
  }

  private async deliver(assignment: Assignment, life: Life): Promise<void> {
    const { partition, member } = assignment;
    const { low, high, records } = this.partitions[partition]!;
    assignment.cursor = Math.max(assignment.sought ?? assignment.cursor, low);
    assignment.sought = undefined;
    const shift = this.scheduler.chance(this.faults) ? this.scheduler.below(9) - 4 : 0;
    const from = Math.max(low, assignment.cursor + shift);
    const found = records.filter(({ offset }) => offset >= from).slice(0, 1 + this.scheduler.below(FETCH_MAX));
    if (found.length === 0) {
      await member.subscription.onCaughtUp?.({ topic: TOPIC, partition }, high, this.scheduler.nowMs);
      return this.scheduler.turn(life, CAUGHT_UP_EVERY_MS);
    }
    const nextOffset = found.at(-1)!.offset + 1;
    const isStale = (): boolean => assignment.isStale;
    const verdict = await member.subscription.onBatch({ topic: TOPIC, partition, records: found, nextOffset, isStale });
    assignment.cursor = verdict.next === 'seek' ? verdict.offset : nextOffset;
  }
}

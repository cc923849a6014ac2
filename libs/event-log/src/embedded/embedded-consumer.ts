import { setTimeout as wait } from 'node:timers/promises';
import type { Consumer, LogRecord, Subscription, TopicPartition } from '../event-log.js';
import type { AppendWakeUp } from './append-wake-up.js';

/** What a consumer asks of the log. */
export interface ConsumerSource {
  readonly fetch: (from: TopicPartition & { offset: number }) => Promise<readonly LogRecord[]>;
  readonly range: (partition: TopicPartition) => Promise<{ low: number; high: number }>;
  readonly caughtUpAt: (partition: TopicPartition) => Promise<{ nextOffset: number; atMs: number }>;
  readonly onUnreachable: () => Promise<void>;
  readonly onError: (what: string, error: Error) => void;
  readonly onStopped: () => void;
}

// A lost notification costs at most this.
const POLL_MS = 1_000;
// First and longest pause after a failure; the database is either back at once or being restarted.
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 2_000;

/**
 * One loop per partition: PAUSED until positions are loaded, then READING (fetch → onBatch → next) and, at the end, WAITING for
 * the next append. A failed fetch waits and goes on; a handler that throws stops the consumer for good (CRASHED).
 */
export class EmbeddedConsumer implements Consumer {
  private readonly stopping = new AbortController();
  private readonly paused = new Set<string>();
  private readonly sought = new Map<string, number>();
  private readonly resumed = new Set<() => void>();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly subscription: Subscription,
    private readonly partitions: readonly TopicPartition[],
    private readonly wakeUp: AppendWakeUp,
    private readonly source: ConsumerSource,
  ) {}

  start(): void {
    this.running = this.run().catch((error: Error) => {
      this.stopping.abort();
      this.subscription.onCrash?.(error);
    });
  }

  pause = (partitions: readonly TopicPartition[]): void => partitions.forEach((p) => this.paused.add(nameOf(p)));

  resume = (partitions: readonly TopicPartition[]): void => {
    partitions.forEach((p) => this.paused.delete(nameOf(p)));
    for (const go of [...this.resumed]) go();
  };

  seek = (partition: TopicPartition, offset: number): void => void this.sought.set(nameOf(partition), offset);

  stop = async (): Promise<void> => {
    this.stopping.abort();
    for (const go of [...this.resumed]) go();
    await this.running;
    this.source.onStopped();
  };

  private async run(): Promise<void> {
    const positions = await this.loadPositions();
    await Promise.all(positions.map((position) => this.follow(position, position.offset)));
  }

  private async loadPositions(): Promise<readonly (TopicPartition & { offset: number })[]> {
    for (
      let delayMs = BACK_OFF_FIRST_MS;
      !this.stopping.signal.aborted;
      delayMs = Math.min(delayMs * 2, BACK_OFF_MAX_MS)
    ) {
      try {
        return await this.subscription.loadPositions(this.partitions);
      } catch (error) {
        this.source.onError(`load positions of ${this.subscription.group}`, error as Error);
        await this.sleep(delayMs);
      }
    }
    return [];
  }

  private async follow(partition: TopicPartition, from: number): Promise<void> {
    let offset = from;
    let toldAtMs = 0;
    const name = nameOf(partition);
    while (!this.stopping.signal.aborted) {
      await this.whileItIsPaused(name);
      offset = this.takeSought(name) ?? offset;
      const records = await this.fetch(partition, offset);
      if (this.stopping.signal.aborted) return;
      if (records === undefined || this.paused.has(name) || this.sought.has(name)) continue;
      if (records.length > 0) {
        offset = await this.handle(partition, offset, records);
        continue;
      }
      offset = await this.skipForgotten(partition, offset);
      toldAtMs = await this.tellCaughtUp(partition, offset, toldAtMs);
      const atMostMs =
        this.subscription.onCaughtUp === undefined ? POLL_MS : Math.min(POLL_MS, this.subscription.idleMs);
      await this.wakeUp.next(partition, atMostMs, this.stopping.signal);
    }
  }

  private async handle(partition: TopicPartition, offset: number, records: readonly LogRecord[]): Promise<number> {
    const nextOffset = (records.at(-1)?.offset ?? offset) + 1;
    const verdict = await this.subscription.onBatch({
      ...partition,
      records,
      nextOffset,
      isStale: () => this.stopping.signal.aborted,
    });
    return verdict.next === 'seek' ? verdict.offset : nextOffset;
  }

  /** undefined = it failed; the pause has been taken. */
  private async fetch(partition: TopicPartition, offset: number): Promise<readonly LogRecord[] | undefined> {
    try {
      return await this.source.fetch({ ...partition, offset });
    } catch (error) {
      this.source.onError(`fetch ${nameOf(partition)}`, error as Error);
      await this.source.onUnreachable().catch(() => undefined);
      await this.sleep(BACK_OFF_FIRST_MS);
      return undefined;
    }
  }

  /** Below what retention kept: the reader's positions tell it what it lost, we go on at the first record there is. */
  private async skipForgotten(partition: TopicPartition, offset: number): Promise<number> {
    try {
      return Math.max(offset, (await this.source.range(partition)).low);
    } catch {
      return offset;
    }
  }

  private async tellCaughtUp(partition: TopicPartition, offset: number, toldAtMs: number): Promise<number> {
    if (this.subscription.onCaughtUp === undefined) return toldAtMs;
    let end: { nextOffset: number; atMs: number };
    try {
      end = await this.source.caughtUpAt(partition);
    } catch (error) {
      this.source.onError(`look at the end of ${nameOf(partition)}`, error as Error);
      return toldAtMs;
    }
    if (end.nextOffset !== offset || end.atMs - toldAtMs < this.subscription.idleMs) return toldAtMs;
    await this.subscription.onCaughtUp(partition, offset, end.atMs);
    return end.atMs;
  }

  private takeSought(name: string): number | undefined {
    const offset = this.sought.get(name);
    this.sought.delete(name);
    return offset;
  }

  private async whileItIsPaused(name: string): Promise<void> {
    while (this.paused.has(name) && !this.stopping.signal.aborted) {
      await new Promise<void>((done) => {
        const go = (): void => {
          this.resumed.delete(go);
          done();
        };
        this.resumed.add(go);
      });
    }
  }

  private sleep(ms: number): Promise<void> {
    return wait(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

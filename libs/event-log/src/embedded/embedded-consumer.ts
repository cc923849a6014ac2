import { setTimeout as wait } from 'node:timers/promises';
import type { Consumer, LogRecord, Subscription, TopicPartition } from '../event-log.js';
import type { AppendWakeUp } from './append-wake-up.js';

/** A page of records, and whether it reached the end of the partition as it was then. */
export interface Page {
  readonly records: readonly LogRecord[];
  readonly isEnd: boolean;
}

/** The ends of a partition at a moment of the log's clock. */
export interface PartitionEnd {
  readonly low: number;
  readonly high: number;
  readonly atMs: number;
}

/** What a consumer asks of the log. */
export interface ConsumerSource {
  readonly fetch: (from: TopicPartition & { offset: number }) => Promise<Page>;
  /** With `exact`: every record appended before `atMs` lies below `high`. */
  readonly end: (partition: TopicPartition, exact: boolean) => Promise<PartitionEnd>;
  /** Another process may have begun a new chunk. */
  readonly refresh: (topic: string) => Promise<void>;
  readonly onUnreachable: () => void;
  readonly onError: (what: string, error: Error) => void;
  readonly onStopped: () => void;
}

// A lost notification costs at most this.
const POLL_MS = 1_000;
// First and longest pause after a failure; the database is either back at once or being restarted.
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 2_000;
// One for an append that came between two looks, one for a chunk that we had not heard of, one to spare.
const EMPTY_LOOKS_MAX = 3;

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** Where one partition's loop stands. */
interface Cursor extends TopicPartition {
  offset: number;
  toldAtMs: number;
  failures: number;
  emptyLooks: number;
}

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
      this.letGo();
      this.subscription.onCrash?.(error);
    });
  }

  pause = (partitions: readonly TopicPartition[]): void => partitions.forEach((p) => this.paused.add(nameOf(p)));

  resume = (partitions: readonly TopicPartition[]): void => {
    partitions.forEach((p) => this.paused.delete(nameOf(p)));
    this.letGo();
  };

  seek = (partition: TopicPartition, offset: number): void => {
    this.sought.set(nameOf(partition), offset);
    this.wakeUp.wake(nameOf(partition));
  };

  stop = async (): Promise<void> => {
    this.stopping.abort();
    this.letGo();
    await this.running;
    this.source.onStopped();
  };

  private letGo(): void {
    for (const go of this.resumed) go();
    this.resumed.clear();
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    const positions = await this.loadPositions();
    await Promise.all(
      positions.map((position) => this.follow({ ...position, toldAtMs: -Infinity, failures: 0, emptyLooks: 0 })),
    );
  }

  private async loadPositions(): Promise<readonly (TopicPartition & { offset: number })[]> {
    for (let failures = 0; !this.isStopping; failures++) {
      try {
        return await this.subscription.loadPositions(this.partitions);
      } catch (error) {
        this.source.onError(`load positions of ${this.subscription.group}`, error as Error);
        await this.backOff(failures);
      }
    }
    return [];
  }

  private async follow(cursor: Cursor): Promise<void> {
    const name = nameOf(cursor);
    while (!this.isStopping) {
      await this.whileItIsPaused(name);
      cursor.offset = this.takeSought(name) ?? cursor.offset;
      // Before the look, so that what is appended during it is not slept through.
      const heard = this.wakeUp.heard(cursor);
      const page = await this.fetch(cursor);
      if (this.isStopping) return;
      if (page === undefined || this.paused.has(name) || this.sought.has(name)) continue;
      if (page.records.length > 0 && !(await this.handle(cursor, page))) continue;
      if (await this.isBehind(cursor, page)) continue;
      await this.wakeUp.next(cursor, heard, this.pauseMs(cursor), this.stopping.signal);
    }
  }

  /** True = the page was accepted and reached the end. */
  private async handle(cursor: Cursor, { records, isEnd }: Page): Promise<boolean> {
    const nextOffset = (records.at(-1)?.offset ?? cursor.offset) + 1;
    const verdict = await this.subscription.onBatch({
      topic: cursor.topic,
      partition: cursor.partition,
      records,
      nextOffset,
      isStale: () => this.isStopping,
    });
    cursor.offset = verdict.next === 'seek' ? verdict.offset : nextOffset;
    return verdict.next === 'continue' && isEnd;
  }

  /** undefined = it failed; the pause has been taken. */
  private async fetch(cursor: Cursor): Promise<Page | undefined> {
    try {
      const page = await this.source.fetch(cursor);
      cursor.failures = 0;
      if (page.records.length > 0) cursor.emptyLooks = 0;
      return page;
    } catch (error) {
      this.source.onError(`fetch ${nameOf(cursor)}`, error as Error);
      this.source.onUnreachable();
      await this.backOff(cursor.failures++);
      return undefined;
    }
  }

  /** At the end as far as we know: looks at the head once in a while, and tells how far time has come. True = read on at once. */
  private async isBehind(cursor: Cursor, { records }: Page): Promise<boolean> {
    const exact = this.subscription.onCaughtUp !== undefined && this.idleLeftMs(cursor) <= 0;
    if (this.isStopping || (!exact && records.length > 0)) return false;
    let end: PartitionEnd;
    try {
      end = await this.source.end(cursor, exact);
      // Below what retention kept: the reader's positions tell it what it lost, we go on at the first record there is.
      cursor.offset = Math.max(cursor.offset, end.low);
      // Nothing was read though there is something: in a chunk that we do not know yet.
      if (end.high > cursor.offset && records.length === 0) await this.source.refresh(cursor.topic);
    } catch (error) {
      this.source.onError(`look at the end of ${nameOf(cursor)}`, error as Error);
      return false;
    }
    if (end.high > cursor.offset) return this.lookAgain(cursor, records.length);
    const name = nameOf(cursor);
    if (end.high < cursor.offset) {
      this.source.onError(`read ${name}`, new Error(`position ${cursor.offset} lies beyond the end ${end.high}`));
    } else if (exact && !this.isStopping && !this.paused.has(name) && !this.sought.has(name)) {
      cursor.toldAtMs = performance.now();
      await this.subscription.onCaughtUp?.({ topic: cursor.topic, partition: cursor.partition }, end.high, end.atMs);
    }
    return false;
  }

  /** An empty page before the end is an append or a chunk that came meanwhile; again and again it is a fault: then slower. */
  private async lookAgain(cursor: Cursor, found: number): Promise<true> {
    if (found === 0) cursor.emptyLooks++;
    if (cursor.emptyLooks > EMPTY_LOOKS_MAX) {
      this.source.onError(`read ${nameOf(cursor)}`, new Error(`found nothing at ${cursor.offset}, before the end`));
      await this.backOff(cursor.emptyLooks - EMPTY_LOOKS_MAX);
    }
    return true;
  }

  private idleLeftMs({ toldAtMs }: Cursor): number {
    return toldAtMs + this.subscription.idleMs - performance.now();
  }

  private pauseMs(cursor: Cursor): number {
    if (this.subscription.onCaughtUp === undefined) return POLL_MS;
    return Math.min(POLL_MS, Math.max(1, Math.ceil(this.idleLeftMs(cursor))));
  }

  private takeSought(name: string): number | undefined {
    const offset = this.sought.get(name);
    this.sought.delete(name);
    return offset;
  }

  private async whileItIsPaused(name: string): Promise<void> {
    while (this.paused.has(name) && !this.isStopping) await new Promise<void>((done) => this.resumed.add(done));
  }

  private async backOff(failures: number): Promise<void> {
    const ms = Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS);
    await wait(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

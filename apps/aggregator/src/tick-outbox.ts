import type { Topic } from '#contracts';
import type { EventLog, NewRecord } from '#event-log';
import type { Clock, Logger } from '#runtime';

/** Most records of one append: an append is one transaction of the log and must end within its timeout. */
const APPEND_RECORDS_MAX = 200;
/** Most bytes of one append, a larger record goes alone: a log takes only so much in one piece, and a broker refuses more for good. */
const APPEND_BYTES_MAX = 512 << 10;
/** Records and bytes beyond which the owner waits: ten minutes of ticks of a quiet partition, or a burst of large ones. */
const WAITING_RECORDS_MAX = 2_400;
const WAITING_BYTES_MAX = 16 << 20;
/** First and longest pause after an append that failed: the log is either back at once or being restarted. */
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 2_000;

interface Entry {
  readonly topic: Topic;
  readonly record: NewRecord;
}

interface Waiter {
  readonly upTo: number;
  readonly done: (isInLog: boolean) => void;
}

/** What an outbox needs. */
export interface OutboxParts {
  readonly log: Pick<EventLog, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the process stops: from then on nothing is tried again. */
  readonly stopping: AbortSignal;
}

/**
 * Appends what one partition has to say, in order, one append at a time. An append that failed is repeated until it succeeds, since
 * it may or may not be in the log: readers recognise a tick and a dead letter told twice. Its owner waits while it is full.
 */
export class TickOutbox {
  private waiting: Entry[] = [];
  private waitingBytes = 0;
  private pushed = 0;
  private appended = 0;
  private waiters: Waiter[] = [];
  private isRunning = false;
  private isAbandoned = false;

  constructor(private readonly parts: OutboxParts) {}

  /** True: the owner should wait for `inLog` before it goes on. */
  get isFull(): boolean {
    return this.waiting.length >= WAITING_RECORDS_MAX || this.waitingBytes >= WAITING_BYTES_MAX;
  }

  push(topic: Topic, record: NewRecord): void {
    if (this.isAbandoned) return;
    this.waiting.push({ topic, record });
    this.waitingBytes += record.value.byteLength;
    this.pushed += 1;
    if (!this.isRunning) void this.run();
  }

  /** Resolves when everything pushed so far is in the log; false when it was given up. */
  inLog(): Promise<boolean> {
    if (this.isAbandoned || this.appended >= this.pushed) return Promise.resolve(!this.isAbandoned);
    return new Promise((done) => this.waiters.push({ upTo: this.pushed, done }));
  }

  /** Forgets what waits: whoever takes the partition over tells it again. */
  abandon(): void {
    this.isAbandoned = true;
    this.waiting = [];
    for (const { done } of this.waiters) done(false);
    this.waiters = [];
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    for (let failures = 0; this.waiting.length > 0;) {
      const entries = this.head();
      if (await this.append(entries)) {
        failures = 0;
        this.settle(entries);
        continue;
      }
      if (this.parts.stopping.aborted) this.abandon();
      else
        await this.parts.clock.sleep(Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS), this.parts.stopping);
      failures += 1;
    }
    this.isRunning = false;
  }

  /** The oldest entries of one topic. */
  private head(): readonly Entry[] {
    const topic = this.waiting[0]?.topic;
    let [count, bytes] = [0, 0];
    for (const entry of this.waiting) {
      bytes += entry.record.value.byteLength;
      const isFull = count > 0 && (count >= APPEND_RECORDS_MAX || bytes > APPEND_BYTES_MAX);
      if (isFull || entry.topic !== topic) break;
      count += 1;
    }
    return this.waiting.slice(0, count);
  }

  private async append(entries: readonly Entry[]): Promise<boolean> {
    const topic = entries[0]!.topic;
    try {
      await this.parts.log.append(
        topic,
        entries.map(({ record }) => record),
      );
      return true;
    } catch (error) {
      this.parts.logger.warn({ err: error, topic, records: entries.length }, 'an append failed and is repeated');
      return false;
    }
  }

  private settle(entries: readonly Entry[]): void {
    if (this.isAbandoned) return;
    this.waiting.splice(0, entries.length);
    for (const { record } of entries) this.waitingBytes -= record.value.byteLength;
    this.appended += entries.length;
    const { appended } = this;
    for (const { upTo, done } of this.waiters) if (upTo <= appended) done(true);
    this.waiters = this.waiters.filter(({ upTo }) => upTo > appended);
  }
}

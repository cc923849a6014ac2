import { clearTimeout, setTimeout } from 'node:timers';
import type { BatchVerdict, LogRecord, Subscription, TopicPartition } from '../event-log.js';

/** What a fetch found, and of when it is true. */
export interface Found {
  readonly records: readonly LogRecord[];
  /** Where offsets end that could not be read, ascending. No batch reaches over one: its subscriber sees that offsets are missing. */
  readonly holes: readonly number[];
  readonly nextOffset: number;
  /** The end of the partition as readers see it. */
  readonly high: number;
  /** Every record appended before this was visible to the fetch; undefined when the log's clock is not known. */
  readonly settledMs: number | undefined;
}

/** What a reader asks of those around it. */
export interface ReaderParts {
  readonly subscription: Subscription;
  /** True = the partition is no longer ours: nothing is called any more. */
  readonly isOver: () => boolean;
  readonly isPaused: () => boolean;
  /** The subscriber threw: it is over. */
  readonly onThrow: (error: Error) => void;
  /** Room for more, or another place to read from. */
  readonly onChange: () => void;
  readonly monotonicMs: () => number;
}

/**
 * One assigned partition: takes what is fetched, hands it to the subscriber piece by piece, and tells it when it has caught up.
 * One fetched page waits while another is in hand. A seek drops both: what an older fetch brings is then not wanted.
 */
export class PartitionReader {
  /** Where the next fetch begins. */
  fetchOffset: number;
  /** A fetch is under way. */
  isFetching = false;
  /** When a fetch was last answered, or a handler ended. */
  progressAtMs: number;
  /** No fetch before this: the last one failed. */
  retryAtMs = -Infinity;
  failures = 0;
  private offset: number;
  private page: readonly LogRecord[] = [];
  private pageAt = 0;
  private holes: readonly number[] = [];
  private pageEnd: number;
  private settled: { readonly nextOffset: number; readonly atMs: number } | undefined;
  private toldAtMs = -Infinity;
  private sought: number | undefined;
  private seeks = 0;
  private inHand = false;
  private running: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly partition: TopicPartition,
    offset: number,
    private readonly parts: ReaderParts,
  ) {
    this.fetchOffset = offset;
    this.offset = offset;
    this.pageEnd = offset;
    this.progressAtMs = parts.monotonicMs();
  }

  /** Where the subscriber is. */
  get nextOffset(): number {
    return this.offset;
  }

  /** A handler runs. */
  get isBusy(): boolean {
    return this.inHand;
  }

  /** The subscriber wants nothing of it now. */
  get isPaused(): boolean {
    return this.parts.isPaused();
  }

  /** Distinguishes fetches from before a seek. */
  get seekCount(): number {
    return this.seeks;
  }

  get wantsFetch(): boolean {
    return !this.isFetching && !this.hasPage && !this.parts.isPaused() && this.parts.monotonicMs() >= this.retryAtMs;
  }

  private get hasPage(): boolean {
    return this.pageAt < this.page.length;
  }

  /** What a fetch from `fetchOffset` found; only while `seekCount` is what it was when the fetch began. */
  accept({ records, holes, nextOffset, high, settledMs }: Found): void {
    this.progressAtMs = this.parts.monotonicMs();
    this.fetchOffset = nextOffset;
    if (records.length > 0) {
      this.page = records;
      this.holes = holes;
      this.pageAt = 0;
      this.pageEnd = nextOffset;
    } else if (nextOffset > this.pageEnd) {
      // Offsets without records: passed over once what came before them was handled.
      this.pageEnd = nextOffset;
      if (!this.inHand) this.offset = nextOffset;
    }
    if (records.length === 0 && nextOffset === high && settledMs !== undefined)
      this.settled = { nextOffset, atMs: settledMs };
    this.wake();
  }

  seek(offset: number): void {
    this.sought = offset;
    this.wake();
  }

  /** Looks for something to do. */
  wake(): void {
    if (this.inHand || this.parts.isOver()) return;
    this.applySeek();
    if (this.parts.isPaused()) return;
    const next = this.nextCall();
    if (next === undefined) return;
    this.inHand = true;
    this.running = next()
      .catch((error: Error) => this.parts.onThrow(error))
      .then(() => {
        this.inHand = false;
        this.progressAtMs = this.parts.monotonicMs();
        this.wake();
      });
  }

  /** Resolves when no handler runs. */
  async settle(): Promise<void> {
    clearTimeout(this.timer);
    await this.running;
  }

  private applySeek(): void {
    if (this.sought === undefined) return;
    const offset = this.sought;
    this.sought = undefined;
    this.seeks += 1;
    this.offset = offset;
    this.fetchOffset = offset;
    this.page = [];
    this.pageAt = 0;
    this.pageEnd = offset;
    this.settled = undefined;
    this.retryAtMs = -Infinity;
    this.parts.onChange();
  }

  private nextCall(): (() => Promise<void>) | undefined {
    const { settled } = this;
    if (settled !== undefined && settled.nextOffset < this.offset) this.settled = undefined;
    if (settled !== undefined && settled.nextOffset === this.offset && this.isTimeToTell())
      return () => this.tellCaughtUp(settled);
    return this.hasPage ? () => this.hand() : undefined;
  }

  private isTimeToTell(): boolean {
    if (this.parts.subscription.onCaughtUp === undefined) return false;
    const leftMs = this.toldAtMs + this.parts.subscription.idleMs - this.parts.monotonicMs();
    if (leftMs <= 0) return true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), Math.ceil(leftMs));
    return false;
  }

  private async tellCaughtUp({ nextOffset, atMs }: { nextOffset: number; atMs: number }): Promise<void> {
    this.settled = undefined;
    this.toldAtMs = this.parts.monotonicMs();
    await this.parts.subscription.onCaughtUp?.(this.partition, nextOffset, atMs);
  }

  private async hand(): Promise<void> {
    const { subscription, isOver } = this.parts;
    const records = this.take(subscription.batchRecordsMax, subscription.batchBytesMax);
    // After the last record of a page comes what the page ends with, shown or not.
    const nextOffset = this.hasPage ? (records.at(-1)?.offset ?? this.offset) + 1 : this.pageEnd;
    // The page is in hand now: the next may be fetched meanwhile.
    if (!this.hasPage) this.parts.onChange();
    const verdict: BatchVerdict = await subscription.onBatch({
      ...this.partition,
      records,
      nextOffset,
      isStale: isOver,
    });
    if (isOver()) return;
    // An empty page may have come meanwhile.
    this.offset = this.hasPage ? nextOffset : Math.max(nextOffset, this.pageEnd);
    if (verdict.next === 'seek') this.sought ??= verdict.offset;
  }

  private take(recordsMax: number, bytesMax: number): readonly LogRecord[] {
    const start = this.pageAt;
    const first = this.page[start]?.offset ?? 0;
    const hole = this.holes.find((end) => end > first) ?? Infinity;
    let bytes = 0;
    while (this.hasPage && this.pageAt - start < recordsMax) {
      if ((this.page[this.pageAt]?.offset ?? 0) >= hole) break;
      bytes += this.page[this.pageAt]?.value.length ?? 0;
      if (bytes > bytesMax && this.pageAt > start) break;
      this.pageAt += 1;
    }
    return this.page.slice(start, this.pageAt);
  }
}

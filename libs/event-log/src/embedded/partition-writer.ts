import { LogUnavailable, type NewRecord, type TopicPartition } from '../event-log.js';
import type { Chunks } from './chunks.js';
import { type LogPool, queryOn } from './log-pool.js';
import { SQL } from './statements.js';

interface Pending {
  readonly records: readonly NewRecord[];
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly done: (baseOffset: number) => void;
  readonly fail: (error: Error) => void;
}

// What waits while one statement runs goes with the next: one commit for many appends, in the order in which they came.
const STATEMENT_BYTES_MAX = 4 << 20;
// More than this waits only when the server is away; then senders are told at once, they have a queue of their own.
const WAITING_BYTES_MAX = 64 << 20;
// What a record takes besides its value.
const RECORD_OVERHEAD_BYTES = 200;

// The server answered that nothing was done: asking again is safe. After anything else what took effect is unknown.
const NOTHING_DONE = new Set(['40P01', '40001', '55P03', '57014']);
// The chunk was dropped long after this process last looked: the same as a head that moved on.
const UNDEFINED_TABLE = '42P01';

const bytesOf = (records: readonly NewRecord[]): number =>
  records.reduce((sum, { value }) => sum + value.byteLength + RECORD_OVERHEAD_BYTES, 0);
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** How long an append may take, and what time it is given; null = the server's. */
interface WriterOptions {
  readonly timeoutMs: number;
  readonly nowMs: () => number | null;
}

/** Appends to one partition, one statement at a time. */
export class PartitionWriter {
  private readonly waiting: Pending[] = [];
  private waitingBytes = 0;
  private isBusy = false;

  constructor(
    private readonly partition: TopicPartition,
    private readonly pool: LogPool,
    private readonly chunks: Chunks,
    private readonly options: WriterOptions,
  ) {}

  /** Resolves with the offset of the first record when all are durable. */
  append(records: readonly NewRecord[]): Promise<number> {
    for (const { key } of records)
      if (key?.includes('\0') === true) throw new Error(`append to ${this.name}: a key holds a zero byte`);
    const bytes = bytesOf(records);
    if (this.waiting.length > 0 && this.waitingBytes + bytes > WAITING_BYTES_MAX)
      return Promise.reject(new LogUnavailable(`append to ${this.name}: ${this.waitingBytes} bytes wait already`));
    return new Promise((done, fail) => {
      this.waiting.push({ records, bytes, deadlineMs: performance.now() + this.options.timeoutMs, done, fail });
      this.waitingBytes += bytes;
      void this.drain();
    });
  }

  private get name(): string {
    return `${this.partition.topic}/${this.partition.partition}`;
  }

  private async drain(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    while (this.waiting.length > 0) await this.write(this.take());
    this.isBusy = false;
  }

  private take(): readonly Pending[] {
    const batch: Pending[] = [];
    let bytes = 0;
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (batch.length > 0 && bytes + next.bytes > STATEMENT_BYTES_MAX) break;
      this.waiting.shift();
      bytes += next.bytes;
      batch.push(next);
    }
    this.waitingBytes -= bytes;
    return batch;
  }

  private async write(batch: readonly Pending[]): Promise<void> {
    try {
      // The oldest has the least patience left.
      let offset = await this.put(
        batch.flatMap(({ records }) => records),
        batch[0]?.deadlineMs ?? 0,
      );
      for (const { records, done } of batch) {
        done(offset);
        offset += records.length;
      }
    } catch (cause) {
      const error = new LogUnavailable(`append to ${this.name}: ${(cause as Error).message}`, { cause });
      for (const { fail } of batch) fail(error);
    }
  }

  private async put(records: readonly NewRecord[], deadlineMs: number): Promise<number> {
    for (;;) {
      if (performance.now() >= deadlineMs) throw new Error('the server did not take it in time');
      try {
        const base = await this.putInto(this.chunks.newest(this.partition), records, deadlineMs);
        if (base !== undefined) return base;
        await this.chunks.refresh(this.partition.topic);
      } catch (error) {
        if (codeOf(error) === UNDEFINED_TABLE) await this.chunks.refresh(this.partition.topic);
        else if (!NOTHING_DONE.has(String(codeOf(error)))) throw error;
      }
    }
  }

  /** undefined = the head has moved to another chunk, nothing was done. */
  private async putInto(
    chunk: number | undefined,
    records: readonly NewRecord[],
    deadlineMs: number,
  ): Promise<number | undefined> {
    if (chunk === undefined) return undefined;
    const values = [
      this.partition.topic,
      this.partition.partition,
      records.map(({ key }) => key),
      records.map(({ headers }) => (headers === undefined ? '{}' : JSON.stringify(headers))),
      records.map(({ value }) => Buffer.from(value.buffer, value.byteOffset, value.byteLength)),
      this.options.nowMs(),
    ];
    const config = { name: `append ${chunk}`, text: SQL.append(chunk), values };
    const [row] = await this.pool.with((client) => queryOn<{ base: string }>(client, config), deadlineMs);
    return row === undefined ? undefined : Number(row.base);
  }
}

import { clearTimeout, setTimeout } from 'node:timers';
import type { Message, Producer, RecordMetadata } from 'kafkajs';
import { LogUnavailable, type NewRecord, type TopicPartition } from '../event-log.js';

/** Records of one append, each with its partition. */
export interface RoutedRecord extends NewRecord {
  readonly partition: number;
}

type Placed = TopicPartition & { baseOffset: number };

interface Pending {
  readonly records: readonly RoutedRecord[];
  readonly bytes: number;
  readonly startedAtMs: number;
  readonly resolve: (placed: readonly Placed[]) => void;
  readonly reject: (error: Error) => void;
  isOver: boolean;
}

// Appends that wait together go together up to this: half of what a topic takes in one batch.
const SEND_BYTES_MAX = 512 << 10;
// Beyond it an append is refused at once: whoever writes that much does not wait for what it wrote.
const PENDING_BYTES_MAX = 64 << 20;
// Key, headers and Kafka's own fields of a record, about.
const RECORD_OVERHEAD_BYTES = 100;

/** What a writer needs of the log. */
export interface WriterParts {
  readonly producer: () => Promise<Producer>;
  /** A send failed: its producer must not be used again. */
  readonly discard: (producer: Producer) => void;
  /** The broker's time of an append that was answered just now. */
  readonly onAppended: (appendedAtMs: number) => void;
  readonly timeoutMs: number;
}

/**
 * Appends to one topic, one send at a time: order holds per partition, and what waits meanwhile goes together with the next send.
 * An append that waits too long is told so; the send itself is waited for, or an old try could land after newer records.
 */
export class TopicWriter {
  private readonly waiting: Pending[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | undefined;

  constructor(
    private readonly topic: TopicPartition['topic'],
    private readonly kafkaTopic: string,
    private readonly parts: WriterParts,
  ) {}

  append(records: readonly RoutedRecord[]): Promise<readonly Placed[]> {
    const bytes = records.reduce((sum, { value }) => sum + value.length + RECORD_OVERHEAD_BYTES, 0);
    if (this.waitingBytes + bytes > PENDING_BYTES_MAX)
      return Promise.reject(new LogUnavailable(`append to ${this.topic}: ${this.waitingBytes} bytes wait already`));
    return new Promise<readonly Placed[]>((resolve, reject) => {
      const pending: Pending = {
        records,
        bytes,
        startedAtMs: performance.now(),
        resolve: (placed) => finish(() => resolve(placed)),
        reject: (error) => finish(() => reject(error)),
        isOver: false,
      };
      const finish = (tell: () => void): void => {
        if (pending.isOver) return;
        pending.isOver = true;
        clearTimeout(timer);
        tell();
      };
      const tooLate = (): void =>
        pending.reject(new LogUnavailable(`append to ${this.topic}: no answer in ${this.parts.timeoutMs} ms`));
      const timer = setTimeout(tooLate, this.parts.timeoutMs);
      this.waiting.push(pending);
      this.waitingBytes += bytes;
      this.running ??= this.run().finally(() => (this.running = undefined));
    });
  }

  /** Resolves when nothing waits any more. */
  async settle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const taken = this.take();
      if (taken.length > 0) await this.send(taken);
    }
  }

  /** What goes with the next send; appends that were told to be late are left out, so they are not in the log. */
  private take(): Pending[] {
    const taken: Pending[] = [];
    let bytes = 0;
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (taken.length > 0 && bytes + next.bytes > SEND_BYTES_MAX) break;
      this.waiting.shift();
      this.waitingBytes -= next.bytes;
      if (next.isOver) continue;
      bytes += next.bytes;
      taken.push(next);
    }
    return taken;
  }

  private async send(taken: readonly Pending[]): Promise<void> {
    let producer: Producer | undefined;
    try {
      producer = await this.parts.producer();
      const messages = taken.flatMap(({ records }) => records.map(toMessage));
      const answers = await producer.send({ topic: this.kafkaTopic, acks: -1, messages });
      this.tellPlaces(taken, answers);
    } catch (error) {
      if (producer !== undefined) this.parts.discard(producer);
      const failure = appendFailure(this.topic, error as Error);
      for (const pending of taken) pending.reject(failure);
    }
  }

  /** Each partition's records lie in the log as they were sent: the appends' own places are counted from the first one. */
  private tellPlaces(taken: readonly Pending[], answers: readonly RecordMetadata[]): void {
    const next = new Map<number, number>();
    for (const { partition, baseOffset, logAppendTime } of answers) {
      next.set(partition, Number(baseOffset));
      this.parts.onAppended(Number(logAppendTime ?? -1));
    }
    for (const { records, resolve } of taken) {
      const placed = new Map<number, Placed>();
      for (const { partition } of records) {
        const offset = next.get(partition) ?? 0;
        next.set(partition, offset + 1);
        if (!placed.has(partition)) placed.set(partition, { topic: this.topic, partition, baseOffset: offset });
      }
      resolve([...placed.values()].toSorted((a, b) => a.partition - b.partition));
    }
  }
}

const toMessage = ({ key, value, headers, partition }: RoutedRecord): Message => ({
  key,
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  partition,
  ...(headers === undefined ? {} : { headers }),
});

// Refusals by the broker that a repetition cannot change.
const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'INVALID_RECORD',
  'TOPIC_AUTHORIZATION_FAILED',
  'RECORD_LIST_TOO_LARGE',
]);

const appendFailure = (topic: string, error: Error): Error => {
  const root = (error.cause ?? error) as Error & { type?: string };
  const what = `append to ${topic}: ${root.message}`;
  return root.type !== undefined && REFUSALS.has(root.type)
    ? new Error(what, { cause: error })
    : new LogUnavailable(what, { cause: error });
};

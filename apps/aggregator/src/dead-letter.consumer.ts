import { HEADER, type ProblemCode, PROBLEMS, type Topic, TOPICS } from '#contracts';
import type { BatchVerdict, Consumer, EventLog, LogRecord, RecordBatch } from '#event-log';
import type { Clock, Logger } from '#runtime';
import {
  createDeadLetterRepository,
  createPositionRepository,
  type Database,
  type NewDeadLetter,
  type PositionRow,
} from '#store';

const TOPIC = 'telemetry.dead-letter';
const CONSUMER = 'aggregator';
/** A dead letter is as large as a batch at most: a transaction of these takes some tens of milliseconds. */
const BATCH_BYTES_MAX = 2 << 20;
const BATCH_RECORDS_MAX = 100;
/** Nothing depends on time here; only asked because it must be. */
const IDLE_MS = 10_000;
/** Pause after a failure of Postgres. */
const BACK_OFF_MS = 1_000;

const isReason = (text: string | undefined): text is ProblemCode => text !== undefined && Object.hasOwn(PROBLEMS, text);
const isTopic = (text: string | undefined): text is Topic => text !== undefined && Object.hasOwn(TOPICS, text);

interface Place {
  readonly topic: Topic;
  readonly partition: number;
  readonly offset: number;
}

const ORIGIN = /^([a-z.-]{1,64})\/(\d{1,9})\/(\d{1,15})$/;

/** Where the letter came from; its own place when that was no record. */
const placeOf = ({ headers, topic, partition, offset }: LogRecord): Place => {
  const [, from, fromPartition, fromOffset] = ORIGIN.exec(headers[HEADER.origin] ?? '') ?? [];
  if (!isTopic(from)) return { topic, partition, offset };
  return { topic: from, partition: Number(fromPartition), offset: Number(fromOffset) };
};

/** The row of a record of `telemetry.dead-letter`; it is written whatever its headers say. */
export const letterOf = (record: LogRecord): NewDeadLetter => {
  const reason = record.headers[HEADER.reason];
  return {
    ...placeOf(record),
    key: record.key,
    reason: isReason(reason) ? reason : 'INTERNAL',
    detail: record.headers[HEADER.detail] ?? '',
    raw: record.value,
    appendedAtMs: record.appendedAtMs,
  };
};

/** What the consumer needs. */
export interface DeadLetterParts {
  readonly log: EventLog;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onCrash: (error: Error) => void;
}

/** Writes what could not be read to Postgres, its position in the same transaction: each letter once, whatever is killed. */
export class DeadLetterConsumer {
  private consumer: Consumer | undefined;
  private position: PositionRow | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly parts: DeadLetterParts) {}

  async start(): Promise<void> {
    this.consumer = await this.parts.log.subscribe({
      // A group of its own: members of one group are expected to read the same topics.
      group: 'aggregator-dead-letter',
      topics: [TOPIC],
      batchBytesMax: BATCH_BYTES_MAX,
      batchRecordsMax: BATCH_RECORDS_MAX,
      idleMs: IDLE_MS,
      loadPositions: async () => [{ topic: TOPIC, partition: 0, offset: await this.load() }],
      onBatch: (batch) => this.onBatch(batch),
      onCrash: this.parts.onCrash,
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.consumer?.stop();
  }

  private async load(): Promise<number> {
    const [offsets] = await this.parts.log.offsets(TOPIC);
    const { low, high } = offsets ?? { low: 0, high: 0 };
    const positions = createPositionRepository(this.parts.database);
    const asked = [{ topic: TOPIC, partition: 0, startOffset: low }] as const;
    const [row] = await positions.load(this.parts.log.clusterId, CONSUMER, asked);
    if (row === undefined) throw new Error(`load position of ${TOPIC}: it was not made`);
    // A topic that was made anew is read from its start.
    if (row.nextOffset > high)
      await this.parts.database.transaction((tx) => positions.reincarnate(tx, this.step(row, low)));
    this.position = row.nextOffset > high ? { ...row, incarnation: row.incarnation + 1, nextOffset: low } : row;
    return Math.max(this.position.nextOffset, low);
  }

  private async onBatch(batch: RecordBatch): Promise<BatchVerdict> {
    try {
      if (this.position !== undefined && (await this.write(this.position, batch))) {
        this.position = { ...this.position, nextOffset: batch.nextOffset };
        return { next: 'continue' };
      }
      return { next: 'seek', offset: await this.load() };
    } catch (error) {
      // Whether it was written is not known: the next round finds no position and asks for it.
      this.position = undefined;
      this.parts.logger.warn({ err: error }, 'dead letters cannot be written');
      await this.parts.clock.sleep(BACK_OFF_MS, this.stopping.signal);
      return { next: 'seek', offset: batch.records[0]?.offset ?? batch.nextOffset };
    }
  }

  private write(position: PositionRow, batch: RecordBatch): Promise<boolean> {
    const { database } = this.parts;
    return database.transaction(async (tx) => {
      const step = this.step(position, batch.nextOffset);
      if (!(await createPositionRepository(tx).advance(tx, step))) return false;
      const records = batch.records.filter(({ offset }) => offset >= position.nextOffset);
      await createDeadLetterRepository(tx).insert(tx, records.map(letterOf));
      return true;
    });
  }

  private step(row: PositionRow, next: number) {
    const { topic, partition, incarnation, nextOffset } = row;
    const cluster = this.parts.log.clusterId;
    return { cluster, consumer: CONSUMER, topic, partition, incarnation, expected: nextOffset, next } as const;
  }
}

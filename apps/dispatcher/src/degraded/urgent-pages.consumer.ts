import { type UrgentPage, type UrgentRecord, urgentRecordSchema } from '#contracts';
import type { BatchVerdict, Consumer, EventLog, RecordBatch } from '#event-log';
import type { Clock, Logger } from '#runtime';
import type { SpoolSender } from '../spool/spool-sender.js';

/** A page that is older is no page any more: whoever takes the topic over reads no further back. */
export const URGENT_AGE_MS_MAX = 600_000;
const FETCH_BYTES_MAX = 4 << 20;
const FETCH_RECORDS_MAX = 500;
const IDLE_MS = 500;
const TOPIC = { topic: 'pages.urgent', partition: 0 } as const;

/** What the consumer needs. */
export interface UrgentPagesParts {
  readonly eventLog: EventLog;
  readonly sender: Pick<SpoolSender, 'say' | 'leave' | 'sentElsewhere'>;
  /** Which of these keys are incidents that the database knows; undefined while it does not answer. */
  readonly recorded: (dedupKeys: readonly string[]) => Promise<ReadonlyMap<string, unknown> | undefined>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onCrash: (error: Error) => void;
}

/**
 * Sends the pages of `pages.urgent`, which rules write while the database does not answer. The partition has one owner among the
 * dispatchers; one that takes over reads the last ten minutes, first what was sent, then what is to be sent. What the database knows by then
 * has deliveries, and is left to them.
 */
export class UrgentPagesConsumer {
  private consumer: Consumer | undefined;
  private readonly held: UrgentPage[] = [];
  /** Pages below it may have been sent by who had the topic before; it says so above them. */
  private caughtUpAt = 0;

  constructor(private readonly parts: UrgentPagesParts) {}

  async start(): Promise<void> {
    const { eventLog, clock, onCrash } = this.parts;
    this.consumer = await eventLog.subscribe({
      group: 'dispatcher-urgent',
      topics: ['pages.urgent'],
      batchBytesMax: FETCH_BYTES_MAX,
      batchRecordsMax: FETCH_RECORDS_MAX,
      idleMs: IDLE_MS,
      loadPositions: async () => {
        const offset = await eventLog.offsetAt(TOPIC, clock.nowMs() - URGENT_AGE_MS_MAX);
        const [end] = await eventLog.offsets('pages.urgent');
        this.held.length = 0;
        this.caughtUpAt = end?.high ?? 0;
        return [{ ...TOPIC, offset }];
      },
      onBatch: (batch) => this.onBatch(batch),
      onCaughtUp: () => this.sayHeld(),
      onCrash,
    });
  }

  /** Finishes the batch in hand. */
  async stop(): Promise<void> {
    await this.consumer?.stop();
  }

  private async onBatch({ records, nextOffset }: RecordBatch): Promise<BatchVerdict> {
    for (const { value, offset } of records) {
      const record = this.parse(value, offset);
      if (record?.kind === 'sent') await this.parts.sender.sentElsewhere(record);
      else if (record !== undefined) this.held.push(record);
    }
    if (nextOffset >= this.caughtUpAt) await this.sayHeld();
    return { next: 'continue' };
  }

  private parse(value: Uint8Array, offset: number): UrgentRecord | undefined {
    try {
      return urgentRecordSchema.parse(JSON.parse(Buffer.from(value).toString('utf8')));
    } catch (error) {
      this.parts.logger.error({ err: error, offset }, 'a record of pages.urgent cannot be read');
      return undefined;
    }
  }

  private async sayHeld(): Promise<void> {
    while (this.held.length > 0) {
      const held = this.held.splice(0, FETCH_RECORDS_MAX);
      const known = await this.parts.recorded(held.map(({ dedupKey }) => dedupKey));
      for (const page of held) await this.say(page, known?.has(page.dedupKey) === true);
    }
  }

  private async say({ dedupKey, body }: UrgentPage, isRecorded: boolean): Promise<void> {
    const { sender, logger } = this.parts;
    if (isRecorded) {
      logger.info({ dedupKey }, 'a page that could not wait was recorded meanwhile; its deliveries say it');
      return sender.leave(dedupKey);
    }
    logger.warn({ dedupKey }, 'a page leaves without the database');
    await sender.say({ dedupKey, action: 'trigger', body });
  }
}

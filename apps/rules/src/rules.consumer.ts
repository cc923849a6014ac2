import { setImmediate as letOthersRun } from 'node:timers/promises';
import { isRefusal, TELEMETRY_TOPICS, TICK_MS } from '#contracts';
import { decodeTick } from '#domain';
import type { BatchVerdict, Consumer, LogRecord, RecordBatch, TopicPartition } from '#event-log';
import { applyTick, type Decider, rebuildDecider } from './decider.js';
import { decideTick, Superseded } from './decide-tick.js';
import type { RulesParts } from './rules-parts.js';

/** Bytes and records of one fetch: ten seconds of ticks of a large fleet. */
const FETCH_BYTES_MAX = 8 << 20;
const FETCH_RECORDS_MAX = 200;
/** First and longest pause after the database failed: it is either back at once or being restarted. */
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 2_000;

const SLOTS: TopicPartition = { topic: 'slots', partition: 0 };

/**
 * Reads `slots` and decides tick by tick. A rules process is
 * - RE-APPLYING: it knows the decisions again and reads ticks that were decided before, without deciding;
 * - DECIDING: each complete tick is applied, evaluated and appended before the next one;
 * - IN DOUBT: the database failed or another process was first. All it holds is dropped, and it begins to re-apply.
 * No decision is made here, and no tick is skipped: while the database is away the ticks wait in the log.
 */
export class RulesConsumer {
  private consumer: Consumer | undefined;
  private decider: Decider | undefined;
  private isCaughtUp = false;
  private failures = 0;
  private readonly stopping = new AbortController();
  private readonly stopFollowing: () => void;

  constructor(
    private readonly parts: RulesParts,
    private readonly onCrash: (error: Error) => void,
  ) {
    this.stopFollowing = parts.catalogue.onChange((catalogue) => this.decider?.engine.setCatalogue(catalogue));
  }

  async start(): Promise<void> {
    this.consumer = await this.parts.log.subscribe({
      group: 'rules',
      topics: ['slots'],
      batchBytesMax: FETCH_BYTES_MAX,
      batchRecordsMax: FETCH_RECORDS_MAX,
      idleMs: TICK_MS,
      loadPositions: async () => [{ ...SLOTS, offset: await this.rebuild() }],
      onBatch: (batch) => this.onBatch(batch),
      onCaughtUp: async () => {
        this.isCaughtUp = true;
      },
      onCrash: this.onCrash,
    });
  }

  /** Finishes the tick in hand. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.stopFollowing();
    await this.consumer?.stop();
  }

  /** The next tick to decide; undefined while in doubt. */
  nextTick(): number | undefined {
    return this.decider?.nextTick;
  }

  /** Why the rules are not ready; undefined when they are. */
  unready(): string | undefined {
    if (this.decider === undefined) return 'in doubt: what was decided is being read';
    return this.isCaughtUp ? undefined : 'ticks that were decided before are read again';
  }

  /** Where to read from, after everything held was dropped. */
  private async rebuild(): Promise<number> {
    this.decider = undefined;
    this.isCaughtUp = false;
    const { log, logger, catalogue } = this.parts;
    const sources = (await Promise.all(TELEMETRY_TOPICS.map((topic) => log.offsets(topic)))).flat();
    this.decider = await rebuildDecider(this.parts, sources);
    // What changed while there was no engine to tell it to.
    this.decider.engine.setCatalogue(catalogue.current());
    const offset = await log.offsetAt(SLOTS, this.decider.reapplyFromMs);
    logger.info({ tick: this.decider.nextTick, offset }, 'rules: reading slots again');
    return offset;
  }

  private async onBatch(batch: RecordBatch): Promise<BatchVerdict> {
    try {
      for (const record of batch.records) {
        if (batch.isStale() || this.stopping.signal.aborted) break;
        await this.take(record);
      }
      this.failures = 0;
      return { next: 'continue' };
    } catch (error) {
      return this.inDoubt(error as Error);
    }
  }

  /** Rebuilds until it succeeds, or the process ends: what follows in the log waits. */
  private async inDoubt(error: Error): Promise<BatchVerdict> {
    const { logger, clock } = this.parts;
    logger.warn({ err: error }, error instanceof Superseded ? 'rules: another process decided' : 'rules: in doubt');
    for (;;) {
      const pauseMs = Math.min(BACK_OFF_FIRST_MS * 2 ** this.failures, BACK_OFF_MAX_MS);
      this.failures += 1;
      await clock.sleep(pauseMs, this.stopping.signal);
      if (this.stopping.signal.aborted) return { next: 'continue' };
      try {
        return { next: 'seek', offset: await this.rebuild() };
      } catch (failure) {
        logger.warn({ err: failure }, 'rules: what is known cannot be read yet');
      }
    }
  }

  private async take(record: LogRecord): Promise<void> {
    const { decider, parts } = this;
    if (decider === undefined) throw new Error('read slots: nothing is known yet');
    const part = decodeTick(record.value);
    if (isRefusal(part)) {
      parts.logger.error({ offset: record.offset, detail: part.detail }, 'rules: a record of slots cannot be read');
      return;
    }
    for (const complete of decider.gate.accept(part, record.appendedAtMs)) {
      if (applyTick(decider, complete)) await this.decide(decider, complete.tick);
      else await letOthersRun();
    }
  }

  private async decide(decider: Decider, tick: number): Promise<void> {
    const decided = await decideTick(decider, this.parts, tick);
    if (decided > 0) this.parts.logger.info({ tick, streams: decided }, 'rules: decided');
  }
}

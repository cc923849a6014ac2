import { setImmediate as letOthersRun } from 'node:timers/promises';
import { isRefusal, TICK_MS } from '#contracts';
import { type CompleteTick, decodeTick } from '#domain';
import type { BatchVerdict, Consumer, LogRecord, RecordBatch } from '#event-log';
import { NO_TRACES, type Traces } from '#runtime';
import { Ahead } from './ahead.js';
import { applyTick, type Decider, readSeason, rebuildDecider, SLOTS } from './decider.js';
import { decideTick, Diverged, learn, Raced } from './decide-tick.js';
import type { RulesParts } from './rules-parts.js';

/** Bytes and records of one fetch: ten seconds of ticks of a large fleet. */
const FETCH_BYTES_MAX = 8 << 20;
const FETCH_RECORDS_MAX = 200;
/** First and longest pause after the database failed: it is either back at once or being restarted. */
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 2_000;
/** Races lost in a row that are run again at once; somebody who wins more of them than that is not a person. */
const RACES_MAX = 8;

/**
 * Reads `slots` and decides tick by tick. A rules process is
 * - RE-APPLYING: it knows the decisions again and reads ticks that were decided before, without deciding;
 * - DECIDING: each complete tick is applied, evaluated and appended before the next one. While the database is away or somebody
 *   else was first, the tick is tried again, after a look at what was recorded: nothing held here depends on a failed append;
 * - AHEAD: the database has not answered for `urgentAfterMs`. Ticks are decided in memory alone, and incidents that open are paged through
 *   the log. Once it answers, what was decided so is dropped, and it begins to re-apply;
 * - DIVERGED: the database lost what was decided. All that is held is dropped, and it begins to re-apply.
 * No decision is made here, and no tick is skipped: what is not recorded is read again.
 */
export class RulesConsumer {
  private consumer: Consumer | undefined;
  private decider: Decider | undefined;
  private ahead: Ahead | undefined;
  private isCaughtUp = false;
  private trouble: string | undefined;
  private nextOffset: number | undefined;
  private isFirstTick = true;
  private rebuilds = 0;
  private readonly stopping = new AbortController();
  /** Of the tick in hand. */
  private leaving: AbortController | undefined;
  private readonly stopFollowing: () => void;

  constructor(
    private readonly parts: RulesParts,
    private readonly onCrash: (error: Error) => void,
  ) {
    this.stopFollowing = parts.catalogue.onChange((catalogue) => this.decider?.engine.setCatalogue(catalogue));
  }

  async start(): Promise<void> {
    this.consumer = await this.parts.log.subscribe({
      group: `rules-${this.parts.processId}`,
      isGroupOwn: true,
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
    this.leaving?.abort();
    this.stopFollowing();
    await this.consumer?.stop();
    await this.ahead?.end();
  }

  /** The next tick to decide; undefined while nothing is known. */
  nextTick(): number | undefined {
    return this.decider?.nextTick;
  }

  /** Whether ticks are decided in memory alone. */
  isAhead(): boolean {
    return this.ahead !== undefined;
  }

  /** Why the rules are not ready; undefined when they are. */
  unready(): string | undefined {
    return this.trouble ?? (this.isCaughtUp ? undefined : 'ticks of before the start are read again');
  }

  private get traces(): Traces {
    return this.parts.traces ?? NO_TRACES;
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Where to read from, after everything held was dropped. */
  private async rebuild(): Promise<number> {
    this.decider = undefined;
    // It would go on with ticks that are read again.
    void this.ahead?.end();
    this.ahead = undefined;
    return this.begin(await rebuildDecider(this.parts));
  }

  private begin(decider: Decider): number {
    this.decider = decider;
    this.isCaughtUp = false;
    this.nextOffset = undefined;
    this.isFirstTick = true;
    const { nextTick, offset } = decider;
    this.parts.logger.info({ tick: nextTick, offset }, 'rules: reading slots again');
    return offset;
  }

  private async onBatch(batch: RecordBatch): Promise<BatchVerdict> {
    const recovered = this.ahead?.recovered();
    if (recovered !== undefined) return this.comeBack(recovered);
    this.tellGap(batch);
    try {
      for (const record of batch.records) {
        if (batch.isStale() || this.isStopping) break;
        await this.take(record);
      }
      this.rebuilds = 0;
      return { next: 'continue' };
    } catch (error) {
      return this.beginAgain(error as Error);
    }
  }

  /** The database answers again: what was decided without it is decided anew. */
  private comeBack(recovered: Decider): BatchVerdict {
    void this.ahead?.end();
    this.ahead = undefined;
    this.trouble = undefined;
    // It may have changed since it was built.
    recovered.engine.setCatalogue(this.parts.catalogue.current());
    this.parts.logger.info(
      { tick: recovered.nextTick },
      'rules: the database answers again; what was decided without it is decided anew',
    );
    return { next: 'seek', offset: this.begin(recovered) };
  }

  /** Retention may drop records while the rules cannot decide; what they told is lost to the windows, not to the segments. */
  private tellGap({ records, nextOffset }: RecordBatch): void {
    const [expected, found] = [this.nextOffset, records[0]?.offset];
    if (expected !== undefined && found !== undefined && found > expected)
      this.parts.logger.error({ from: expected, to: found - 1 }, 'rules: records of slots are gone unread');
    this.nextOffset = nextOffset;
  }

  /** Rebuilds until it succeeds, or the process ends: what follows in the log waits. */
  private async beginAgain(error: Error): Promise<BatchVerdict> {
    const { logger } = this.parts;
    logger.error({ err: error }, 'rules: everything held is dropped and read again');
    for (;;) {
      this.trouble = error.message;
      await this.pause(this.rebuilds);
      this.rebuilds += 1;
      if (this.isStopping) return { next: 'continue' };
      try {
        const offset = await this.rebuild();
        this.trouble = undefined;
        return { next: 'seek', offset };
      } catch (failure) {
        logger.warn({ err: failure }, 'rules: what is known cannot be read yet');
      }
    }
  }

  private pause(failures: number, ended = this.stopping.signal): Promise<void> {
    const pauseMs = Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS);
    return this.parts.clock.sleep(pauseMs, ended);
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
      if (this.isStopping) return;
      if (this.ahead !== undefined) {
        this.ahead.take(complete);
        await letOthersRun();
        continue;
      }
      this.tellLost(decider, complete);
      if (applyTick(decider, complete)) await this.decideNext(decider, complete.tick);
      else await letOthersRun();
    }
  }

  /** After an outage longer than the retention of `slots` the first tick there is comes later than the next one to decide. */
  private tellLost({ nextTick }: Decider, { tick }: CompleteTick): void {
    if (this.isFirstTick && nextTick > 0 && tick > nextTick)
      this.parts.logger.error({ from: nextTick, to: tick - 1 }, 'rules: ticks are no longer in slots and not decided');
    this.isFirstTick = false;
  }

  /** Decides a tick; when the database does not let it for too long, goes ahead without. */
  private async decideNext(decider: Decider, tick: number): Promise<void> {
    const { urgentAfterMs, clock } = this.parts;
    if (urgentAfterMs === undefined) return this.decideRecorded(decider, tick, this.stopping.signal);
    const leaving = new AbortController();
    this.leaving = leaving;
    const decided = this.decideRecorded(decider, tick, leaving.signal).then(() => 'decided' as const);
    const bound = clock.sleep(urgentAfterMs, leaving.signal).then(() => 'late' as const);
    const first = await Promise.race([decided, bound]).finally(() => leaving.abort());
    if (first === 'decided' || this.isStopping) return;
    // Whatever it still brings is of a decider that is dropped.
    decided.catch(() => undefined);
    this.parts.logger.warn({ tick }, 'rules: the database does not answer; deciding goes on in memory');
    this.trouble = `tick ${tick} cannot be recorded; incidents that open are paged through the log`;
    this.ahead = new Ahead(decider, this.parts, this.stopping.signal);
    this.ahead.decide(tick);
  }

  private async decideRecorded(decider: Decider, tick: number, ended: AbortSignal): Promise<void> {
    await readSeason(decider, this.parts, tick);
    await this.decide(decider, tick, ended);
  }

  /** Decides a tick, however often it takes; gives up only when the process stops, or has diverged. */
  private async decide(decider: Decider, tick: number, ended: AbortSignal): Promise<void> {
    let failure: Error | undefined;
    for (let tries = 1; !ended.aborted; tries += 1) {
      try {
        if (failure !== undefined) await learn(decider, this.parts, failure);
        const begunMs = this.parts.clock.nowMs();
        const decided = () => decideTick(decider, this.parts, tick, ended);
        const streams = await this.traces.span('decide tick', { tick }, decided);
        // Left alone meanwhile: what is told of now is the state of who went on.
        if (ended.aborted) return;
        this.trouble = undefined;
        this.parts.onDecided?.(this.parts.clock.nowMs() - begunMs);
        if (streams > 0) this.parts.logger.info({ tick, streams }, 'rules: decided');
        return;
      } catch (error) {
        if (error instanceof Diverged) throw error;
        failure = error as Error;
        if (!ended.aborted) await this.afterFailure(tick, failure, tries, ended);
      }
    }
  }

  private async afterFailure(tick: number, failure: Error, tries: number, ended: AbortSignal): Promise<void> {
    const isRace = failure instanceof Raced && tries <= RACES_MAX;
    // With processes side by side that is every second decision: what was decided is told by the one that was first.
    if (isRace) return this.parts.logger.debug({ tick }, failure.message);
    this.trouble = `tick ${tick} cannot be decided: ${failure.message}`;
    this.parts.logger.warn({ err: failure, tick, tries }, 'rules: a tick cannot be decided yet');
    await this.pause(tries - 1, ended);
  }
}

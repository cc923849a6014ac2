import { setMaxListeners } from 'node:events';
import { HEADER } from '#contracts';
import { encodeTick, type PartitionTick, type ZoneCatalogue } from '#domain';
import type { BatchVerdict, EventLog, NewRecord, RecordBatch } from '#event-log';
import type { Clock, Logger, NodeKeyring } from '#runtime';
import type { AggregatorCounters } from './aggregator-counters.js';
import { type PartitionFlush, PartitionState } from './partition-state.js';
import type { LoadedPartition, PartitionRepository, TelemetryPartition } from './partition.repository.js';
import { TickOutbox } from './tick-outbox.js';

/** A second of outcomes costs one transaction: what a restart folds again is not more than that. */
const FLUSH_EVERY_MS = 1_000;
/**
 * Bytes of records after which a flush does not wait for its second: catching up must not gather an hour. More than the 19 MB that a
 * million outcomes have, the most that one partition folds in a second beside others: a live slot is then written twice, not in four pieces.
 */
const FLUSH_BYTES = 24 << 20;
/** Bytes that nobody has written (beside the flush in hand) at which the partition stands still until the flush succeeds. */
const PENDING_BYTES_MAX = 32 << 20;
/** First and longest pause after a failure of Postgres: it is either back at once or being restarted. */
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 2_000;

/** What every worker of a process shares. */
export interface WorkerParts {
  readonly log: EventLog;
  readonly partitions: PartitionRepository;
  readonly catalogue: ZoneCatalogue;
  readonly keys: Pick<NodeKeyring, 'isRequired' | 'find' | 'learn'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: AggregatorCounters;
  /** Aborted when the process stops: nothing is tried again, whoever waits gives up. */
  readonly stopping: AbortSignal;
  /** Tells the log where to go on with a partition. */
  readonly seek: (partition: TelemetryPartition, offset: number) => void;
}

/**
 * One partition, from the log to `slots` and Postgres:
 *
 *   EMPTY ──load──▶ FOLDING ──flush refused──▶ DOUBTFUL ──next call: forget, load, seek──▶ FOLDING
 *
 * Calls of the log never overlap; only appends and one flush run beside them. A flush that failed may have taken effect: the
 * position row says so, by standing at its beginning, at its end, or elsewhere. Only the last means that what is held is wrong, so
 * folding and telling go on while Postgres is away, up to `PENDING_BYTES_MAX`.
 *
 * From any state `leave` leads to GONE: nothing is waited for any longer, nothing begun; a transaction under way is fenced by the
 * position, like those of every zombie.
 */
export class PartitionWorker {
  private state: PartitionState | undefined;
  private outbox: TickOutbox;
  private isDoubtful = false;
  /** Aborted when the partition is taken away, or the process stops. */
  private readonly leaving = new AbortController();
  private readonly ended: AbortSignal;
  private readonly gone: Promise<void>;
  private flushing: Promise<void> | undefined;
  private flushedAtMs: number;
  /** A hole that was sought once already; found again it is one. */
  private soughtOffset: number | undefined;

  constructor(
    readonly partition: TelemetryPartition,
    private readonly parts: WorkerParts,
  ) {
    this.outbox = new TickOutbox(parts);
    this.flushedAtMs = parts.clock.nowMs();
    this.ended = AbortSignal.any([parts.stopping, this.leaving.signal]);
    // Every append and every flush that waits listens.
    setMaxListeners(0, this.ended);
    this.gone = new Promise((done) => this.leaving.signal.addEventListener('abort', () => done(), { once: true }));
  }

  private get isGone(): boolean {
    return this.leaving.signal.aborted;
  }

  /** The offset that comes next; undefined before the first load. */
  get nextOffset(): number | undefined {
    return this.state?.nextOffset;
  }

  /** Forgets what is held and loads it again; the offset to go on at. Throws when it cannot be loaded. */
  async load(): Promise<number> {
    this.forget();
    await this.flushing;
    const loaded = await this.parts.partitions.load(this.partition);
    const { snapshot } = loaded;
    this.parts.counters.loads += 1;
    this.tellRecreated(loaded);
    if (this.isGone) return snapshot.nextOffset;
    this.outbox = new TickOutbox(this.parts);
    this.isDoubtful = false;
    this.state = new PartitionState(snapshot, this.parts.catalogue, this.parts.keys);
    return snapshot.nextOffset;
  }

  async onBatch(batch: RecordBatch): Promise<BatchVerdict> {
    await this.learnKeys(batch);
    const { state } = this;
    if (state === undefined || this.isDoubtful) return this.loadAndSeek();
    for (const record of batch.records) {
      if (record.offset < state.nextOffset) continue;
      if (record.offset > state.nextOffset && !(await this.passHole(record.offset, state))) {
        return { next: 'seek', offset: state.nextOffset };
      }
      this.tell(state.closeBefore(record.appendedAtMs));
      await this.atBoundary(state);
      if (this.isGone || batch.isStale()) return { next: 'seek', offset: state.nextOffset };
      if (this.isDoubtful) return this.loadAndSeek();
      const { otherZones, duplicates } = state;
      const letter = state.add(record);
      this.parts.counters.records += 1;
      this.parts.counters.otherZones += state.otherZones - otherZones;
      this.parts.counters.duplicates += state.duplicates - duplicates;
      if (letter !== undefined) this.tellDeadLetter(letter);
    }
    return { next: 'continue' };
  }

  async onCaughtUp(nextOffset: number, atMs: number): Promise<void> {
    const { state } = this;
    if (state === undefined || this.isDoubtful) {
      const { offset } = await this.loadAndSeek();
      return this.isGone ? undefined : this.parts.seek(this.partition, offset);
    }
    if (nextOffset > state.nextOffset && !(await this.passHole(nextOffset, state))) {
      return this.isGone ? undefined : this.parts.seek(this.partition, state.nextOffset);
    }
    if (this.isGone) return;
    this.tell(state.passTo(atMs));
    await this.atBoundary(state);
  }

  /** The partition was taken away: stops at once, writes nothing more. */
  leave(): void {
    this.leaving.abort();
    this.forget();
  }

  /** The last flush of a process that ends; what belongs to an open tick is folded again by the next one. */
  async finish(): Promise<void> {
    await this.flushing;
    if (this.state !== undefined && !this.isDoubtful && !this.isGone) this.startFlush(this.state);
    await this.flushing;
    this.leave();
  }

  /** A key may have been issued since the last look: a batch must not be refused for that. */
  private async learnKeys({ records }: RecordBatch): Promise<void> {
    const newestMs = records.at(-1)?.appendedAtMs ?? 0;
    await this.parts.keys.learn(
      records.map(({ headers }) => (HEADER.tag in headers ? headers[HEADER.keyId] : undefined)),
      newestMs,
    );
  }

  private forget(): void {
    this.state = undefined;
    this.outbox.abandon();
  }

  private tell(parts: readonly PartitionTick[]): void {
    const { topic, partition } = this.partition;
    for (const part of parts) this.outbox.push('slots', { key: `${topic}/${partition}`, value: encodeTick(part) });
    this.parts.counters.ticks += parts.length;
  }

  private tellDeadLetter(letter: NewRecord): void {
    this.parts.counters.deadLetters += 1;
    this.outbox.push('telemetry.dead-letter', letter);
  }

  /** Between two ticks: flushes when it is time, and waits where a bound is reached. */
  private async atBoundary(state: PartitionState): Promise<void> {
    if (this.outbox.isFull) await this.outbox.inLog();
    const isTime = this.parts.clock.nowMs() - this.flushedAtMs >= FLUSH_EVERY_MS || state.pendingBytes >= FLUSH_BYTES;
    if (isTime && this.flushing === undefined && !this.isDoubtful && !this.isGone) this.startFlush(state);
    if (state.pendingBytes >= PENDING_BYTES_MAX) await Promise.race([this.flushing, this.gone]);
  }

  private startFlush(state: PartitionState): void {
    const flush = state.takeFlush();
    if (flush === undefined) return;
    this.flushedAtMs = this.parts.clock.nowMs();
    this.flushing = this.flush(flush, this.outbox).finally(() => (this.flushing = undefined));
  }

  /** Positions move only past ticks and dead letters that are in the log: nobody would tell those again. */
  private async flush(flush: PartitionFlush, outbox: TickOutbox): Promise<void> {
    if (!(await outbox.inLog())) return this.giveUp();
    for (let failures = 0; !this.isGone; failures += 1) {
      const outcome = failures === 0 ? await this.write(flush) : await this.writeAgain(flush);
      if (outcome === 'written') this.tellWritten(flush);
      else if (outcome === 'refused') this.doubt(flush);
      if (outcome !== 'unknown') return;
      this.parts.counters.flushesInDoubt += 1;
      if (this.parts.stopping.aborted) return this.giveUp();
      await this.parts.clock.sleep(Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS), this.ended);
    }
  }

  /** What was taken for this flush is lost here: what is held must not be written on top of it. */
  private giveUp(): void {
    this.isDoubtful = true;
    this.outbox.abandon();
  }

  private async write(flush: PartitionFlush): Promise<'written' | 'refused' | 'unknown'> {
    try {
      return (await this.parts.partitions.write(flush)) ? 'written' : 'refused';
    } catch (error) {
      this.parts.logger.warn({ err: error, ...this.partition }, 'a flush failed; whether it took effect is asked');
      return 'unknown';
    }
  }

  private async writeAgain(flush: PartitionFlush): Promise<'written' | 'refused' | 'unknown'> {
    try {
      const { incarnation, nextOffset } = await this.parts.partitions.position(this.partition);
      if (incarnation !== flush.source.incarnation) return 'refused';
      if (nextOffset === flush.next) return 'written';
      return nextOffset === flush.expected ? await this.write(flush) : 'refused';
    } catch {
      return 'unknown';
    }
  }

  private doubt({ expected, next }: PartitionFlush): void {
    this.isDoubtful = true;
    this.outbox.abandon();
    this.parts.counters.refused += 1;
    this.parts.logger.warn(
      { ...this.partition, expected, next },
      'a flush was refused: another process moved the position',
    );
  }

  private async loadAndSeek(): Promise<Extract<BatchVerdict, { next: 'seek' }>> {
    // Gone, or the consumer stops: where it would go on does not matter any more.
    for (let failures = 0; !this.ended.aborted; failures += 1) {
      try {
        return { next: 'seek', offset: await this.load() };
      } catch (error) {
        this.parts.logger.warn({ err: error, ...this.partition }, 'a partition cannot be loaded and stands still');
      }
      await this.parts.clock.sleep(Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS), this.ended);
    }
    return { next: 'seek', offset: 0 };
  }

  /**
   * Asked for again, and missing again: retention took it, or the log shows no record there. Then it is passed, and named; false =
   * it is to be asked for (again). Never passed in silence.
   */
  private async passHole(nextOffset: number, state: PartitionState): Promise<boolean> {
    if (this.soughtOffset !== state.nextOffset) {
      this.soughtOffset = state.nextOffset;
      return false;
    }
    try {
      const gaps = await this.parts.partitions.explain(this.partition, state.nextOffset, nextOffset);
      if (this.state !== state || gaps.length === 0) return false;
      state.pass(gaps, nextOffset);
      return true;
    } catch (error) {
      this.parts.logger.warn({ err: error, ...this.partition }, 'a hole cannot be explained, and is not passed yet');
      return false;
    }
  }

  private tellWritten({ gaps }: PartitionFlush): void {
    const { counters, logger } = this.parts;
    counters.flushes += 1;
    for (const gap of gaps) {
      counters.lostOffsets += gap.to - gap.from;
      logger.error({ ...gap }, 'records were lost before they were counted');
    }
  }

  private tellRecreated({ recreated }: LoadedPartition): void {
    if (recreated === undefined) return;
    this.parts.counters.reincarnations += 1;
    this.parts.logger.error(
      { ...this.partition, ...recreated },
      'the topic is shorter than what was counted of it: read from its start',
    );
  }
}

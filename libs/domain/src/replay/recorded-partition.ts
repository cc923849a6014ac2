import type { OutcomeBatch } from '#contracts';
import { GapJournal, gapsOf, missingBatches } from '../partition/gap-journal.js';
import { sequencedOf } from '../partition/ledger-name.js';
import { PendingLedger } from '../partition/ledger-pending.js';
import { createPartitionFold, OPEN_SLOTS } from '../partition/partition-fold.js';
import { readAuthentic, type TelemetryRecord, type TelemetryTopic } from '../partition/read-record.decide.js';
import { TickBuilder, tickOf } from '../partition/tick-builder.js';
import type { PartitionTick, TelemetryGap } from '../window/partition-tick.js';
import type { SlotFold } from '../window/slot-fold.js';
import type { RecordedCatalogue } from './recorded-catalogue.js';

/** A partition of the log whose records are folded again. */
export interface RecordedSource {
  readonly topic: TelemetryTopic;
  readonly partition: number;
  /** Offset of the first record that is read. */
  readonly firstOffset: number;
  /**
   * A boot that is first met before this tick may have begun before what is read: nothing is missing of it. 0 where the log is read
   * from its very start.
   */
  readonly joinUntilTick: number;
  /** Offsets of records that did not count because of who wrote them: dead letters say so, the keys are not needed again. */
  readonly refused: ReadonlySet<number>;
}

/** Slots in memory beyond which what nobody writes is dropped: the open ring and as many late ones again. */
const SLOTS_MAX = 2 * OPEN_SLOTS;
/** Bytes of counts beyond which the same is done, as the aggregator packs them. */
const ADDED_BYTES_MAX = 64 << 20;

/** One partition of a replay: the records of the log in, the ticks that the aggregator told of them out. It writes nothing. */
export class RecordedPartition {
  /** Outcomes that were folded. */
  outcomes = 0;
  private readonly fold: SlotFold;
  private readonly ticks: TickBuilder;
  private readonly ledger = new PendingLedger([]);
  private readonly gaps: GapJournal;

  constructor(
    readonly source: RecordedSource,
    private readonly catalogue: RecordedCatalogue,
  ) {
    const { topic, partition, firstOffset } = source;
    const place = { topic, partition, incarnation: 1 };
    this.fold = createPartitionFold(topic, catalogue);
    this.gaps = new GapJournal(place, [], []);
    const start = { nextOffset: firstOffset, lastTick: undefined };
    this.ticks = new TickBuilder(place, this.fold, start, (tick) => this.gapsAt(tick));
  }

  /** Takes the next record; the ticks that are complete with it. What was read already is passed over. */
  add(record: TelemetryRecord): readonly PartitionTick[] {
    if (record.offset < this.ticks.nextOffset) return [];
    if (record.offset > this.ticks.nextOffset) this.passHole(record.offset);
    const tick = tickOf(record.appendedAtMs);
    this.gaps.timeIs(record.appendedAtMs);
    const told = this.ticks.closeBefore(tick);
    if (told.length > 0) this.forgetAdded();
    this.catalogue.passTo(tick);
    this.ticks.begin(record.offset, tick);
    this.take(record);
    return told;
  }

  /** Log time has come to this tick: the ticks before it. */
  passTo(tick: number): readonly PartitionTick[] {
    return this.ticks.passTo(tick);
  }

  private passHole(offset: number): void {
    this.gaps.find([{ from: this.ticks.nextOffset, to: offset, cause: 'hole' }]);
    this.gaps.take();
    this.ticks.skipTo(offset);
  }

  private take(record: TelemetryRecord): void {
    if (this.source.refused.has(record.offset)) return;
    const told = readAuthentic(this.source.topic, record);
    if (told.kind === 'batch') this.takeBatch(told.batch, record.appendedAtMs);
    if (told.kind === 'report') this.ticks.report(told.report);
    if (told.kind === 'signal') this.ticks.signal(told.signal);
  }

  private takeBatch(batch: OutcomeBatch, appendedAtMs: number): void {
    const sequenced = sequencedOf(this.source.topic, batch);
    if (tickOf(appendedAtMs) < this.source.joinUntilTick) this.ledger.join(sequenced);
    if (this.ledger.arrive(sequenced, appendedAtMs) === 'duplicate') return;
    const { watermarkUs } = this.fold.fold(batch, appendedAtMs);
    this.outcomes += batch.n;
    if (sequenced === batch) this.ticks.see(batch, watermarkUs);
  }

  private forgetAdded(): void {
    if (this.fold.slots() <= SLOTS_MAX && this.fold.addedBytes() <= ADDED_BYTES_MAX) return;
    this.fold.takeDelta(() => undefined);
    this.ledger.take();
  }

  private gapsAt(tick: number): readonly TelemetryGap[] {
    const isOfNodes = this.source.topic !== 'telemetry.probes';
    return gapsOf(this.gaps.recent(tick), isOfNodes ? missingBatches(this.ledger, tick) : []);
  }
}

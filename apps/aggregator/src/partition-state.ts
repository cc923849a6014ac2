import { HEADER, nameSchema, type OutcomeBatch, type TagPolicy, TICK_MS } from '#contracts';
import {
  createPartitionFold,
  decodeOwnBlock,
  encodeBlock,
  type PartitionTick,
  type FoundGap,
  GapJournal,
  gapsOf,
  type LedgerBoot,
  type LedgerDelta,
  missingBatches,
  OPEN_SLOTS,
  type OffsetGap,
  PendingLedger,
  readRecord,
  type RecordTelling,
  sequencedOf,
  type SlotFold,
  type TelemetryGap,
  TickBuilder,
  tickOf,
  type TickSource,
  type TickStart,
  type ZoneCatalogue,
} from '#domain';
import type { LogRecord, NewRecord } from '#event-log';
import type { NewSegment, SegmentRow } from '#store';

/**
 * Slots in memory beyond which what was added is packed at once, in the middle of a tick if need be: the open ring and as many late
 * ones again. One replayed spool can touch 4,296.
 */
const SLOTS_MAX = 4 * OPEN_SLOTS;
/**
 * Bytes of counts in memory beyond which they are packed, in the middle of a tick if need be. A slot of 10,000 customers, 50,000 zones and
 * 1,000 nodes takes 6 MB however many outcomes come, so that those between two flushes are written in one piece, and those of the five
 * seconds that a flush may wait; what a spool brings is spread over hours, and a slot of it takes 50 KB and 3 KB an outcome. Looked at after
 * a batch: one that touches the most slots it may brings 200 MB for a moment. Packed, a cell has 16 bytes.
 */
const ADDED_BYTES_MAX = 64 << 20;
/**
 * Offsets of one incarnation; a trillion records. The first offset is part of a segment's key, and a topic that was made anew starts
 * at 0 again: without the incarnation in it, its first flush could meet the key of an old one and be refused for ever.
 */
const INCARNATION_OFFSETS = 2 ** 40;

/** Everything that Postgres knows of a partition, read in one snapshot. */
export interface PartitionSnapshot extends TickStart {
  readonly source: TickSource;
  /** The position as it stands in Postgres; below `nextOffset` when retention took records that were not counted. */
  readonly expected: number;
  /** Segments of the slots that were open. */
  readonly segments: readonly SegmentRow[];
  readonly boots: readonly LedgerBoot[];
  /** Gaps that were written lately. */
  readonly gaps: readonly OffsetGap[];
  /** What lies between `expected` and `nextOffset` and is lost. */
  readonly found: readonly FoundGap[];
}

/** What one transaction writes: the partition goes from `expected` to `next`. */
export interface PartitionFlush {
  readonly source: TickSource;
  readonly expected: number;
  readonly next: number;
  readonly segments: readonly NewSegment[];
  readonly ledger: readonly LedgerDelta[];
  /** What is passed without being counted. */
  readonly gaps: readonly OffsetGap[];
}

/**
 * Longest detail of a dead letter, in characters: as much as Postgres keeps of it. What is cited in it, a key or a content type, may be as
 * large as a record is allowed to be, and a letter that holds it twice would not be taken by the log.
 */
const DETAIL_CHARS_MAX = 1_000;

const isNodeName = (key: string | null): key is string => nameSchema.safeParse(key).success;

/** The dead letter of a record. */
export const deadLetterOf = (
  { topic, partition, offset, key, value, headers }: LogRecord,
  { refusal }: Extract<RecordTelling, { refusal: unknown }>,
): NewRecord => ({
  key,
  value,
  headers: {
    ...headers,
    [HEADER.reason]: refusal.refused,
    [HEADER.detail]: (refusal.at === undefined ? refusal.detail : `${refusal.detail} at ${refusal.at}`).slice(
      0,
      DETAIL_CHARS_MAX,
    ),
    [HEADER.origin]: `${topic}/${partition}/${offset}`,
  },
});

/**
 * All that is held of one partition, and no I/O: records in, ticks and flushes out. It is a cache of Postgres and the log: dropped
 * at any doubt and made anew from a snapshot, after which the same records give the same ticks.
 */
export class PartitionState {
  readonly source: TickSource;
  /** Bytes of records that no flush has taken. */
  pendingBytes = 0;
  /** Zones, per batch and slot, that found no row of their own; since the partition was loaded. */
  otherZones = 0;
  /** Batches that were counted before; since the partition was loaded. */
  duplicates = 0;
  private readonly fold: SlotFold;
  private readonly ticks: TickBuilder;
  private readonly ledger: PendingLedger;
  private readonly gaps: GapJournal;
  private segments: NewSegment[] = [];
  /** The first offset that the next segments may hold. */
  private runStart: number;
  /** Up to where flushes were taken. */
  private taken: number;

  constructor(
    snapshot: PartitionSnapshot,
    catalogue: ZoneCatalogue,
    private readonly keys: TagPolicy,
    private readonly addedBytesMax = ADDED_BYTES_MAX,
  ) {
    this.source = snapshot.source;
    this.fold = createPartitionFold(snapshot.source.topic, catalogue);
    if (snapshot.lastTick !== undefined) this.fold.passTo(snapshot.lastTick * TICK_MS);
    for (const { slot, body } of snapshot.segments) this.fold.restore(slot, decodeOwnBlock(body));
    this.ledger = new PendingLedger(snapshot.boots);
    this.gaps = new GapJournal(snapshot.source, snapshot.gaps, snapshot.found);
    this.ticks = new TickBuilder(snapshot.source, this.fold, snapshot, (tick) => this.gapsAt(tick));
    this.runStart = snapshot.nextOffset;
    this.taken = snapshot.expected;
  }

  /** The offset that comes next. */
  get nextOffset(): number {
    return this.ticks.nextOffset;
  }

  /** Slots in memory. */
  get slots(): number {
    return this.fold.slots();
  }

  /** The ticks that are complete when a record of this append time arrives. */
  closeBefore(appendedAtMs: number): readonly PartitionTick[] {
    this.gaps.timeIs(appendedAtMs);
    return this.ticks.closeBefore(tickOf(appendedAtMs));
  }

  /** The ticks that are complete when everything before this moment has arrived; at least one tells that time has passed. */
  passTo(atMs: number): readonly PartitionTick[] {
    this.gaps.timeIs(atMs);
    return this.ticks.passTo(tickOf(atMs));
  }

  /** Passes records that are lost, up to the offset that comes after them. */
  pass(lost: readonly FoundGap[], nextOffset: number): void {
    this.gaps.find(lost);
    this.ticks.skipTo(nextOffset);
  }

  /** Takes a record into the open tick; what cannot be read comes back as a dead letter. */
  add(record: LogRecord): NewRecord | undefined {
    this.ticks.begin(record.offset, tickOf(record.appendedAtMs));
    this.pendingBytes += record.value.byteLength;
    const telling = readRecord(this.source.topic, record, this.keys);
    switch (telling.kind) {
      case 'batch':
        this.addBatch(telling.batch, record.appendedAtMs);
        return undefined;
      case 'report':
        this.ticks.report(telling.report);
        return undefined;
      case 'signal':
        this.ticks.signal(telling.signal);
        return undefined;
      case 'unauthenticated':
        return deadLetterOf(record, telling);
      case 'unreadable':
        // The ledger is one of outcomes; a key that is no name would let anybody fill it.
        if (record.topic === 'telemetry.outcomes' && isNodeName(record.key))
          this.ledger.reject(record.key, record.appendedAtMs);
        return deadLetterOf(record, telling);
    }
  }

  /** What is to be written; undefined when nothing changed or a tick is open, whose nodes and reports a restart would lose. */
  takeFlush(): PartitionFlush | undefined {
    const next = this.ticks.nextOffset;
    if (!this.ticks.isAtBoundary || this.gaps.isUndated || next === this.taken) return undefined;
    this.pack();
    const flush = {
      source: this.source,
      expected: this.taken,
      next,
      segments: this.segments,
      ledger: this.ledger.take(),
      gaps: this.gaps.take(),
    };
    this.segments = [];
    this.pendingBytes = 0;
    this.taken = next;
    return flush;
  }

  private addBatch(batch: OutcomeBatch, appendedAtMs: number): void {
    const sequenced = sequencedOf(this.source.topic, batch);
    if (this.ledger.arrive(sequenced, appendedAtMs) === 'duplicate') {
      this.duplicates += 1;
      return;
    }
    const result = this.fold.fold(batch, appendedAtMs);
    this.otherZones += result.otherZones;
    this.ledger.fold(sequenced, result, appendedAtMs);
    // Who is probed has not reported.
    if (sequenced === batch) this.ticks.see(batch, result.watermarkUs);
    if (this.fold.slots() > SLOTS_MAX || this.fold.addedBytes() > this.addedBytesMax) this.pack();
  }

  private gapsAt(tick: number): readonly TelemetryGap[] {
    // A probe that was lost is no outcome lost: the ledger names it, and no alert does.
    const isOfNodes = this.source.topic !== 'telemetry.probes';
    return gapsOf(this.gaps.recent(tick), isOfNodes ? missingBatches(this.ledger, tick) : []);
  }

  /** Makes segments of what was added: a run of records, keyed by the first of them. */
  private pack(): void {
    const { topic, partition, incarnation } = this.source;
    const before = (incarnation - 1) * INCARNATION_OFFSETS;
    const nextOffset = this.nextOffset;
    const place = { topic, partition, firstOffset: before + this.runStart, nextOffset: before + nextOffset };
    this.fold.takeDelta(({ slot, block }) => {
      for (const [family, cells] of block)
        this.segments.push({ ...place, slot, family, body: encodeBlock(new Map([[family, cells]])) });
    });
    this.runStart = nextOffset;
  }
}

import { HEADER, nameSchema, type OutcomeBatch, TICK_MS } from '#contracts';
import {
  createSlotFold,
  decodeOwnBlock,
  encodeBlock,
  type PartitionTick,
  type SlotFold,
  type ZoneCatalogue,
} from '#domain';
import type { LogRecord, NewRecord } from '#event-log';
import type { LedgerBoot, LedgerDelta, NewSegment, SegmentRow } from '#store';
import { PendingLedger } from './ledger-pending.js';
import { readRecord, type Telling } from './read-record.decide.js';
import { TickBuilder, tickOf, type TickSource, type TickStart } from './tick-builder.js';

/** Slots that stay open up to the one of receive time: outcomes up to a minute late are still seen by the rules. */
export const OPEN_SLOTS = 60;
/** Most zones of nobody per slot; the rest count for `other`. A scan of random names must not fill the memory. */
const ZONES_MAX = 1_000;
/**
 * Slots in memory beyond which what was added is packed at once, in the middle of a tick if need be: the open ring and as many late
 * ones again. One replayed spool can touch 4,296.
 */
const SLOTS_MAX = 4 * OPEN_SLOTS;
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
}

/** What one transaction writes: the partition goes from `expected` to `next`. */
export interface PartitionFlush {
  readonly source: TickSource;
  readonly expected: number;
  readonly next: number;
  readonly segments: readonly NewSegment[];
  readonly ledger: readonly LedgerDelta[];
}

const isNodeName = (key: string | null): key is string => nameSchema.safeParse(key).success;

/** The dead letter of a record. */
export const deadLetterOf = (
  { topic, partition, offset, key, value, headers }: LogRecord,
  { refusal }: Extract<Telling, { kind: 'unreadable' }>,
): NewRecord => ({
  key,
  value,
  headers: {
    ...headers,
    [HEADER.reason]: refusal.refused,
    [HEADER.detail]: refusal.at === undefined ? refusal.detail : `${refusal.detail} at ${refusal.at}`,
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
  private readonly fold: SlotFold;
  private readonly ticks: TickBuilder;
  private readonly ledger: PendingLedger;
  private segments: NewSegment[] = [];
  /** The first offset that the next segments may hold. */
  private runStart: number;
  /** Up to where flushes were taken. */
  private taken: number;

  constructor(snapshot: PartitionSnapshot, catalogue: ZoneCatalogue) {
    this.source = snapshot.source;
    this.fold = createSlotFold({ catalogue, openSlots: OPEN_SLOTS, zonesMax: ZONES_MAX });
    if (snapshot.lastTick !== undefined) this.fold.passTo(snapshot.lastTick * TICK_MS);
    for (const { slot, body } of snapshot.segments) this.fold.restore(slot, decodeOwnBlock(body));
    this.ticks = new TickBuilder(snapshot.source, this.fold, snapshot);
    this.ledger = new PendingLedger(snapshot.boots);
    this.runStart = snapshot.nextOffset;
    this.taken = snapshot.expected;
  }

  /** The offset that comes next. */
  get nextOffset(): number {
    return this.ticks.nextOffset;
  }

  /** The ticks that are complete when a record of this append time arrives. */
  closeBefore(appendedAtMs: number): readonly PartitionTick[] {
    return this.ticks.closeBefore(tickOf(appendedAtMs));
  }

  /** The ticks that are complete when everything before this moment has arrived; at least one tells that time has passed. */
  passTo(atMs: number): readonly PartitionTick[] {
    return this.ticks.passTo(tickOf(atMs));
  }

  /** Takes a record into the open tick; what cannot be read comes back as a dead letter. */
  add(record: LogRecord): NewRecord | undefined {
    this.ticks.begin(record.offset, tickOf(record.appendedAtMs));
    this.pendingBytes += record.value.byteLength;
    const telling = readRecord(this.source.topic, record);
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
      case 'unreadable':
        // The ledger is one of outcomes; a key that is no name would let anybody fill it.
        if (record.topic === 'telemetry.outcomes' && isNodeName(record.key))
          this.ledger.reject(record.key, telling.outcomes);
        return deadLetterOf(record, telling);
    }
  }

  /** What is to be written; undefined when nothing changed or a tick is open, whose nodes and reports a restart would lose. */
  takeFlush(): PartitionFlush | undefined {
    const next = this.ticks.nextOffset;
    if (!this.ticks.isAtBoundary || next === this.taken) return undefined;
    this.pack();
    const flush = {
      source: this.source,
      expected: this.taken,
      next,
      segments: this.segments,
      ledger: this.ledger.take(),
    };
    this.segments = [];
    this.pendingBytes = 0;
    this.taken = next;
    return flush;
  }

  private addBatch(batch: OutcomeBatch, appendedAtMs: number): void {
    if (this.ledger.arrive(batch) === 'duplicate') return;
    const result = this.fold.fold(batch, appendedAtMs);
    this.ledger.fold(batch, result);
    this.ticks.see(batch, result.watermarkUs);
    if (this.fold.slots() > SLOTS_MAX) this.pack();
  }

  /** Makes segments of what was added: a run of records, keyed by the first of them. */
  private pack(): void {
    const { topic, partition, incarnation } = this.source;
    const before = (incarnation - 1) * INCARNATION_OFFSETS;
    const nextOffset = this.nextOffset;
    const place = { topic, partition, firstOffset: before + this.runStart, nextOffset: before + nextOffset };
    for (const { slot, block } of this.fold.takeDelta())
      for (const [family, cells] of block)
        this.segments.push({ ...place, slot, family, body: encodeBlock(new Map([[family, cells]])) });
    this.runStart = nextOffset;
  }
}

import { type NodeReport, type OutcomeBatch, releaseName, type Signal, TICK_MS } from '#contracts';
import type { NodeSeen, PartitionTick, TelemetryGap } from '../window/partition-tick.js';
import type { SlotFold } from '../window/slot-fold.js';
import type { TelemetryTopic } from './read-record.decide.js';

/** The tick of a moment of log time. */
export const tickOf = (atMs: number): number => Math.floor(atMs / TICK_MS);

/**
 * Ticks (2 s) without a record after which a partition is quiet: the newest slots are then told in full, which otherwise waits for
 * newer outcomes. As long as the fold takes to settle a slot by event time.
 */
export const QUIET_TICKS = 2_000 / TICK_MS;

/** Of which partition ticks are told. */
export interface TickSource {
  readonly topic: TelemetryTopic;
  readonly partition: number;
  readonly incarnation: number;
}

/** Where telling goes on. */
export interface TickStart {
  /** Offset of the first record that no tick contains yet. */
  readonly nextOffset: number;
  /** The tick of the record before it, as far as it is known. */
  readonly lastTick: number | undefined;
}

interface OpenTick {
  readonly tick: number;
  readonly nodes: Map<string, NodeSeen>;
  readonly reports: NodeReport[];
  readonly signals: Signal[];
}

/**
 * Builds the ticks of one partition. What a tick contains is a function of the records and their append times alone, never of
 * fetches, flushes or restarts:
 *
 *   no tick open ──record of tick k──▶ k open ──record of a later tick, or time has passed──▶ k told
 *
 * `QUIET_TICKS` after the last tick with records one more is told, for slots that had not settled. All other ticks are empty and
 * told only to show that time has passed; they change nothing, so it does not matter which of them are told.
 */
export class TickBuilder {
  private open: OpenTick | undefined;
  private quietTick: number | undefined;
  private told = -1;
  private next: number;

  constructor(
    private readonly source: TickSource,
    private readonly fold: Pick<SlotFold, 'takeChanged'>,
    start: TickStart,
    private readonly gapsAt: (tick: number) => readonly TelemetryGap[] = () => [],
  ) {
    this.next = start.nextOffset;
    this.quietTick = start.lastTick === undefined ? undefined : start.lastTick + QUIET_TICKS;
  }

  /** Offset after the last record that was begun. */
  get nextOffset(): number {
    return this.next;
  }

  /** Whether everything that was begun has been told: only here positions may be written. */
  get isAtBoundary(): boolean {
    return this.open === undefined;
  }

  /** Tells every tick before this one that has anything to say. */
  closeBefore(tick: number): readonly PartitionTick[] {
    const parts: PartitionTick[] = [];
    if (this.open !== undefined && this.open.tick < tick) {
      parts.push(this.part(this.open, {}));
      this.quietTick = this.open.tick + QUIET_TICKS;
      this.open = undefined;
    }
    if (this.quietTick !== undefined && this.quietTick < tick && this.open === undefined) {
      const part = this.part(emptyTick(this.quietTick), { settledBefore: Number.POSITIVE_INFINITY });
      if (part.slots.length > 0) parts.push(part);
      this.quietTick = undefined;
    }
    return parts;
  }

  /** Log time has come to this tick: tells what is before it, and at least that it has come so far. */
  passTo(tick: number): readonly PartitionTick[] {
    const parts = this.closeBefore(tick);
    if (this.open !== undefined || this.told >= tick - 1) return parts;
    return [...parts, this.partOf(emptyTick(tick - 1), [])];
  }

  /** Begins a record; ticks before its own were told. Append times never go back: should they, it belongs to the open tick. */
  begin(offset: number, tick: number): void {
    this.open ??= emptyTick(Math.max(tick, this.told + 1));
    this.next = offset + 1;
  }

  /** Goes on behind records that are lost. */
  skipTo(offset: number): void {
    this.next = offset;
  }

  /** A batch was folded. A node is told once per tick, with the batch that brought it furthest. */
  see(batch: OutcomeBatch, watermarkUs: number | undefined): void {
    const nodes = this.open?.nodes;
    if (nodes === undefined || watermarkUs === undefined) return;
    const { nodeId, pop, region } = batch;
    if ((nodes.get(nodeId)?.watermarkUs ?? -1) >= watermarkUs) return;
    nodes.set(nodeId, { nodeId, pop, region, release: releaseName(batch), watermarkUs });
  }

  /** A node reported. */
  report(report: NodeReport): void {
    this.open?.reports.push(report);
  }

  /** The world around the fleet said something. */
  signal(signal: Signal): void {
    this.open?.signals.push(signal);
  }

  // The fold closes slots by its own ring, which event time moves: here nothing is closed by time.
  private part(tick: OpenTick, settled: { settledBefore?: number }): PartitionTick {
    return this.partOf(tick, this.fold.takeChanged({ closedBefore: Number.NEGATIVE_INFINITY, ...settled }));
  }

  private partOf({ tick, nodes, reports, signals }: OpenTick, slots: PartitionTick['slots']): PartitionTick {
    this.told = Math.max(this.told, tick);
    const gaps = this.gapsAt(tick);
    const told = { ...this.source, tick, nextOffset: this.next, slots, nodes: [...nodes.values()], reports, signals };
    return gaps.length === 0 ? told : { ...told, gaps };
  }
}

const emptyTick = (tick: number): OpenTick => ({ tick, nodes: new Map(), reports: [], signals: [] });

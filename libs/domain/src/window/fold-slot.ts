import { type Family, OTHER_KEY } from '#contracts';
import type { BatchRun } from './batch-run.js';
import { ByteCounts } from './byte-counts.js';
import type { Block, CellColumns, ColumnBlock } from './cells.js';
import { CustomerCounts, type RunLabels } from './customer-counts.js';
import type { KeySpace } from './key-space.js';
import { NameLengthCounts } from './name-length-counts.js';
import { OutcomeCounts } from './outcome-counts.js';
import { OpenSlot } from './open-slot.js';
import { type NodeParts, ShapeCounts } from './shape-counts.js';
import type { SlotState } from './partition-tick.js';
import type { SlotDelta } from './slot-fold.js';
import { ZoneCounts } from './zone-counts.js';

/** The large arrays of what was added since a flush; slots are many and short-lived, so they are emptied and used again. */
export interface AddedCounts {
  readonly shape: ShapeCounts;
  readonly zones: ZoneCounts;
  readonly nameLengths: NameLengthCounts;
  readonly outcomes: OutcomeCounts;
  /** Histograms of customers, by their rows. */
  latencies: ByteCounts;
}

/** Twice what a slot of 10,000 customers, 50,000 zones and 1,000 nodes takes; what a storm has made larger is given back to the system. */
const KEPT_BYTES_MAX = 16 << 20;

/** New ones. */
export const newAddedCounts = (): AddedCounts => ({
  shape: new ShapeCounts(),
  zones: new ZoneCounts(),
  nameLengths: new NameLengthCounts(),
  outcomes: new OutcomeCounts(),
  latencies: new ByteCounts(),
});

/** A batch's node by name and by label. */
export interface RunOrigin extends RunLabels {
  readonly parts: NodeParts;
}

/**
 * All that is held of one slot:
 *
 *   open ──close──▶ closed, last word not taken ──takeState──▶ closed ──takeDelta──▶ forgotten
 *
 * What is counted while it is open belongs to its state and to the delta, what comes later to the delta alone.
 */
export class FoldSlot {
  /** Zones of no customer that have a row. */
  readonly unknownZones = new Set<string>();
  private readonly customers = new CustomerCounts();
  private added: AddedCounts | undefined;
  private open: OpenSlot | undefined;
  private last: ColumnBlock | undefined;

  constructor(
    readonly slot: number,
    isOpen: boolean,
  ) {
    this.open = isOpen ? new OpenSlot(this.customers) : undefined;
  }

  /** Nothing is held that somebody has still to take. */
  get isDone(): boolean {
    return this.open === undefined && this.last === undefined && this.added === undefined;
  }

  /** Bytes of what was added since the last flush. */
  get addedBytes(): number {
    const { added } = this;
    return added === undefined ? 0 : added.shape.bytes + added.zones.bytes + this.customers.latencyBytes;
  }

  /** Adds a run; `take` gives the memory for what is added. */
  countRun(run: BatchRun, origin: RunOrigin, space: KeySpace, take: () => AddedCounts): void {
    this.added ??= take();
    this.added.shape.countRun(origin.parts, run);
    this.added.zones.countRun(run, origin.release, space);
    this.added.nameLengths.countRun(run, origin.parts.release);
    this.added.outcomes.countRun(run, origin.parts.release, origin.parts.region);
    this.customers.countRun(run, origin, this.added.latencies, space);
  }

  /** Adds what earlier runs had written. */
  restore(block: Block, space: KeySpace, isUnknown: (zone: string) => boolean): void {
    this.open?.restore(block, space);
    this.customers.markFlushed();
    for (const zone of block.get('zone')?.keys ?? [])
      if (zone !== OTHER_KEY && isUnknown(zone)) this.unknownZones.add(zone);
  }

  /** What is counted from now on is late. */
  close(space: KeySpace): void {
    this.takeRecent(this.open);
    this.last = this.open?.takeLast(space);
    this.open = undefined;
  }

  /** The state of what changed since it was told; undefined when there is nothing to tell. */
  takeState(isSettled: boolean, space: KeySpace): SlotState | undefined {
    const { slot, last, open } = this;
    this.last = undefined;
    if (last !== undefined) return { slot, closed: true, block: last };
    if (open === undefined) return undefined;
    this.takeRecent(open);
    const block = open.takeChanged(isSettled, space);
    return block.size > 0 ? { slot, closed: false, block } : undefined;
  }

  /** Hands over what was added since the last flush; afterwards `give` takes the memory that it was in, unless that is much. */
  takeDelta(space: KeySpace, visit: (delta: SlotDelta) => void, give: (added: AddedCounts) => void): void {
    const { added, addedBytes } = this;
    if (added === undefined) return;
    this.takeRecent(this.open);
    const block = new Map<Family, CellColumns>();
    added.shape.take(block);
    this.customers.takeUnflushed(added.latencies, space, block);
    added.zones.take(space, block);
    added.nameLengths.take(block);
    added.outcomes.take(block);
    this.added = undefined;
    visit({ slot: this.slot, block });
    if (addedBytes > KEPT_BYTES_MAX) return;
    added.shape.reset();
    added.zones.reset();
    added.nameLengths.reset();
    added.outcomes.reset();
    this.customers.resetLatencies(added.latencies);
    give(added);
  }

  private takeRecent(open: OpenSlot | undefined): void {
    this.added?.shape.takeRecent(open);
    this.added?.outcomes.takeRecent(open);
  }

  /** Takes no more memory than is needed; for a slot that hardly anything is counted into any more. */
  trim(): void {
    this.customers.trim();
  }

  renumber(from: KeySpace, to: KeySpace): void {
    const latencies = this.customers.renumber(from, to, this.added?.latencies ?? new ByteCounts());
    if (this.added === undefined) return;
    this.added.latencies = latencies;
    this.added.zones.renumber(from, to);
  }
}

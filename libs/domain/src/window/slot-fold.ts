import type { OutcomeBatch } from '#contracts';
import type { Block, ColumnBlock } from './cells.js';
import type { SlotState } from './partition-tick.js';

/** Whose zones are whose. */
export interface ZoneCatalogue {
  /** The customer of a zone; undefined when nobody's. The zone itself is asked for, not names below it. */
  readonly customerOf: (zone: string) => string | undefined;
  /** The zone of a registry id, for batches that carry ids; without it they count for `OTHER_KEY`. */
  readonly zoneOf?: (id: number) => string | undefined;
  /** Changes whenever an answer may be another: answers are remembered as long as it stays the same. */
  readonly version: () => number;
}

/** What a fold is made of. */
export interface SlotFoldOptions {
  readonly catalogue: ZoneCatalogue;
  /** Slots that stay open up to the one of receive time: the accepted lateness. */
  readonly openSlots: number;
  /** Most zones per slot that belong to no customer; further ones count for `OTHER_KEY`. Zones of customers are always exact. */
  readonly zonesMax: number;
}

/** What became of a batch; counts of rows, not of weights. */
export interface FoldResult {
  /** Folded, late ones included. */
  readonly counted: number;
  /** For a slot that is closed: in the delta to be written, in no tick. */
  readonly late: number;
  /** More than `FUTURE_US_MAX` after receive time: not folded, and they move nothing. */
  readonly future: number;
  /** Zones (per slot) that found no row of their own. */
  readonly otherZones: number;
  /** Newest event time that was folded, µs; undefined when there was none. */
  readonly watermarkUs: number | undefined;
}

/** What was added to a slot since the last take. */
export interface SlotDelta {
  readonly slot: number;
  readonly block: ColumnBlock;
}

/** When to call slots done; both are slots (seconds of event time), excluded. */
export interface TakeChanged {
  /** Slots below are closed: told for the last time. Never goes back. */
  readonly closedBefore: number;
  /**
   * Slots below are told in full though they stay open. Default: all but the newest two, so that a customer without failures is
   * known within two seconds and ratios over a window are not made of failing slots alone.
   */
  readonly settledBefore?: number;
}

/**
 * The fold of one partition: outcomes in, cells per slot out. A slot lives so:
 *
 *   open (absolute state, told by `takeChanged`) ──receive time − openSlots, or closedBefore──▶ closed (only deltas, counted late)
 *
 * The sum of all deltas of a slot is all that was ever folded into it; absolute states leave out what came late.
 */
export interface SlotFold {
  /** `receivedAtMs` is the append time of the record: the same records fold to the same cells whenever that is done. */
  readonly fold: (batch: OutcomeBatch, receivedAtMs: number) => FoldResult;
  /** Hands over, per slot, ascending, what was added since the last take. A delta is valid during the call: its memory is used again. */
  readonly takeDelta: (visit: (delta: SlotDelta) => void) => void;
  /** Per slot, ascending, the absolute state of cells that changed since they were last told. */
  readonly takeChanged: (take: TakeChanged) => readonly SlotState[];
  /** Receive time has come so far. Before `restore`: what had closed by then is not put back. */
  readonly passTo: (receivedAtMs: number) => void;
  /** Adds what earlier runs had written of a slot; not part of any delta. Before the first `fold`. */
  readonly restore: (slot: number, block: Block) => void;
  /**
   * Bytes of the arrays that the next take would empty, as far as they grow with keys and slots: the owner takes the delta early when
   * they are more than it likes. The absolute state of open slots is not among them: `COLUMNS_MAX` bounds it.
   */
  readonly addedBytes: () => number;
  /** Slots in memory: the owner takes the delta early when there are more than it likes (a batch can touch 4,296). */
  readonly slots: () => number;
}

/** Slots up to that of receive time which keep memory to grow into: outcomes of live nodes fall into these. */
export const HOT_SLOTS = 8;
/** Slots up to that of receive time which are not yet told in full. */
export const UNSETTLED_SLOTS = 2;

import type { Family, OutcomeBatch } from '#contracts';
import { plainBlock, type PlainCell } from './block.fixture.js';
import { decodeOwnBlock, encodeBlock } from './block-codec.js';
import { addCells, type CellTable, createCells, replaceCells } from './cell-table.js';
import type { Block, ColumnBlock } from './cells.js';
import { createSlotFold } from './create-slot-fold.js';
import type { SlotFold, SlotFoldOptions } from './slot-fold.js';
import { batchOf, customerOf, FIRST_SLOT, type OneOutcome } from './slot-fold.fixture.js';
import { TOLD_FAMILIES } from './told-families.js';

/** Append time of a record that comes 40 s after the first slot. */
export const RECEIVED_MS = (FIRST_SLOT + 40) * 1_000;
/** A fold of the zones of `customerOf`. */
export const newFold = (options: Partial<SlotFoldOptions> = {}): SlotFold =>
  createSlotFold({ catalogue: { customerOf, version: () => 1 }, openSlots: 60, zonesMax: 100, ...options });

/** Tables per slot and family, to which deltas are added or states put. */
export class Reader {
  private readonly slots = new Map<number, Map<string, CellTable>>();
  readonly closed: number[] = [];

  take(slot: number, block: ColumnBlock, into: (table: CellTable, cells: CellTable) => void): void {
    const tables = this.slots.get(slot) ?? new Map<string, CellTable>();
    this.slots.set(slot, tables);
    for (const [family, cells] of decodeOwnBlock(encodeBlock(block))) {
      const table = tables.get(family) ?? createCells(family);
      into(table, cells as CellTable);
      tables.set(family, table);
    }
  }

  takeDeltas(fold: SlotFold): void {
    fold.takeDelta(({ slot, block }) => this.take(slot, block, addCells));
  }

  takeStates(fold: SlotFold, closedBefore: number, settledBefore?: number): void {
    const take = settledBefore === undefined ? { closedBefore } : { closedBefore, settledBefore };
    for (const { slot, block, closed } of fold.takeChanged(take)) {
      this.take(slot, block, replaceCells);
      if (closed) this.closed.push(slot);
    }
  }

  plain(): Record<string, PlainCell> {
    const slots = [...this.slots].flatMap(([slot, tables]) =>
      Object.entries(plainBlock(tables as unknown as Block)).map(([key, cell]) => [`${slot} ${key}`, cell] as const),
    );
    return Object.fromEntries(slots);
  }
}

/** Of cells as counted, by `slot family key`, those of families that are told; nobody reads the histograms of the others. */
export const toldCells = (cells: Record<string, PlainCell>): Record<string, PlainCell> =>
  Object.fromEntries(
    Object.entries(cells).flatMap(([name, cell]) => {
      const telling = TOLD_FAMILIES.get(name.split(' ')[1] as Family);
      if (telling === undefined) return [];
      return [[name, telling === 'latency' ? cell : { ...cell, buckets: {} }]];
    }),
  );

/** An answer of a.example in the first slot, with changes. */
export const outcome = (changes: Partial<OneOutcome> = {}): OneOutcome => ({
  node: 0,
  release: 'v1',
  atUs: FIRST_SLOT * 1_000_000,
  zone: 'a.example',
  code: 0,
  latencyUs: 1_000,
  weight: 1,
  ...changes,
});
/** A moment of log time within a slot. */
export const receivedIn = (slot: number): number => (FIRST_SLOT + slot) * 1_000 + 999;
/** A batch of one outcome, so many slots after the first. */
export const inSlot = (slot: number, changes: Partial<OneOutcome> = {}): OutcomeBatch =>
  batchOf([outcome({ atUs: (FIRST_SLOT + slot) * 1_000_000, ...changes })]);

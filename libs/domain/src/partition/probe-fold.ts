import type { Family } from '#contracts';
import { addCell, createCells } from '../window/cell-table.js';
import type { Block, CellColumns, ColumnBlock } from '../window/cells.js';
import { createSlotFold } from '../window/create-slot-fold.js';
import type { SlotFold, SlotFoldOptions } from '../window/slot-fold.js';

const NO_CELLS: ColumnBlock = new Map();

/** What probers saw, under the name that keeps it apart: the cells of nodes, and no other. */
const asProbes = (block: ColumnBlock): ColumnBlock => {
  const nodes = block.get('node');
  if (nodes === undefined) return NO_CELLS;
  const { size, keys, counts, buckets } = nodes;
  const probes: CellColumns = { family: 'probe', size, keys, counts, buckets };
  return new Map<Family, CellColumns>([['probe', probes]]);
};

/** The way back, for what was written. */
const asNodes = (block: Block): Block => {
  const nodes = createCells('node');
  const probes = block.get('probe');
  probes?.keys.forEach((key, row) => addCell(nodes, key, probes, row));
  return new Map([['node', nodes]]);
};

/**
 * The fold of `telemetry.probes`. A prober says the same of a node that the node says of itself, so the fold is the same; of what it
 * adds up only the cells of nodes are handed on, as the family `probe`. Nothing of them reaches the fleet, a region, a release or a
 * customer: there each outcome counts once, by who answered it.
 */
export const createProbeFold = (options: SlotFoldOptions): SlotFold => {
  const fold = createSlotFold(options);
  return {
    fold: fold.fold,
    takeDelta: (visit) => fold.takeDelta(({ slot, block }) => visit({ slot, block: asProbes(block) })),
    takeChanged: (take) =>
      fold
        .takeChanged(take)
        .map((state) => ({ ...state, block: asProbes(state.block) }))
        // The rest of a slot settles later than its nodes, and is nobody's.
        .filter(({ closed, block }) => closed || block.size > 0),
    passTo: fold.passTo,
    restore: (slot, block) => fold.restore(slot, asNodes(block)),
    addedBytes: fold.addedBytes,
    slots: fold.slots,
  };
};

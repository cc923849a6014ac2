import { FAMILIES, type Family } from '#contracts';
import { bucketIndex, bucketsOf, COUNTS_PER_CELL, createCells, encodeBlock } from '#domain';
import type { SegmentRow } from './segment.repository.js';
import { figuresOf, sumSegments } from './segment-windows.js';

type Cell = readonly [good: number, bad: number, timeout: number, latencyUs?: number];

const cellsOf = (family: Family, cells: Readonly<Record<string, Cell>>) => {
  const table = createCells(family);
  for (const [key, [good, bad, timeout, latencyUs]] of Object.entries(cells)) {
    const row = table.row(key);
    table.counts.set([good, bad, 1, timeout], row * COUNTS_PER_CELL);
    const { sub } = FAMILIES[family];
    if (latencyUs === undefined || sub === 0 || table.buckets === undefined) continue;
    table.buckets[row * bucketsOf(family) + bucketIndex(latencyUs, sub)] = good;
  }
  return table;
};

/** A store of one family whose reads are written down. */
const storeOf = (rows: readonly (readonly [slot: number, cells: Readonly<Record<string, Cell>>])[], family: Family) => {
  const reads: (readonly [number, number])[] = [];
  const read = async (fromSlot: number, toSlot: number): Promise<readonly SegmentRow[]> => {
    reads.push([fromSlot, toSlot]);
    return rows
      .filter(([slot]) => slot >= fromSlot && slot <= toSlot)
      .map(([slot, cells], firstOffset) => {
        const body = encodeBlock(new Map([[family, cellsOf(family, cells)]]));
        return { topic: 'telemetry.outcomes', partition: 0, slot, firstOffset, family, body };
      });
  };
  return { reads, read };
};

describe('windows of segments', () => {
  it('add up all blocks of a slot, step by step, and read in pieces without a gap', async () => {
    const rows = [
      [100, { a: [1, 0, 0] }],
      [100, { a: [2, 1, 0], b: [5, 0, 0] }],
      [129, { a: [4, 0, 0] }],
      [130, { a: [8, 0, 0] }],
      [134, { b: [9, 0, 0] }],
      [135, { a: [100, 0, 0] }],
    ] as const;
    const store = storeOf(rows, 'node');
    const sums = await sumSegments(store, { family: 'node', fromSlot: 100, toSlot: 134 }, 30);
    expect(sums.map((sum) => ['a', 'b'].map((key) => figuresOf(sum, key).good))).toEqual([
      [7, 5],
      [8, 9],
    ]);
    expect(store.reads).toEqual([
      [100, 109],
      [110, 119],
      [120, 129],
      [130, 134],
    ]);
    const one = await sumSegments(store, { family: 'node', fromSlot: 100, toSlot: 134, key: 'b' }, 35);
    expect(one.map(({ keys }) => keys)).toEqual([['b']]);
    expect(figuresOf(one[0] ?? createCells('node'), 'b').good).toBe(14);
  });
  it('B10: rank timeouts above every latency', () => {
    const figures = figuresOf(cellsOf('fleet', { fleet: [94, 6, 6, 20] }), 'fleet');
    expect(figures).toEqual({
      good: 94,
      bad: 6,
      excluded: 1,
      timeout: 6,
      success: 94,
      p50: 20,
      p95: 'timeout',
      p99: 'timeout',
    });
  });
  it('B4: know nothing where nothing was counted', () => {
    const cells = cellsOf('fleet', { excluded: [0, 0, 0] });
    expect(figuresOf(cells, 'excluded')).toMatchObject({ excluded: 1, success: null, p50: null });
    expect(figuresOf(cells, 'silent')).toMatchObject({ good: 0, success: null, p95: null });
    expect(figuresOf(cellsOf('zone', { z: [1, 1, 0] }), 'z')).toMatchObject({ success: 50, p50: null });
  });
});

import { COUNT, COUNTS_PER_CELL, createCells, encodeBlock } from '#domain';
import type { SegmentRepository, SegmentRow } from '#store';
import { readCustomerMinutes, readNodeMinutes } from './baseline.repository.js';

const NOW_MS = Date.UTC(2021, 6, 22, 11, 47);
const MINUTE = NOW_MS / 60_000;
const DAY = 1_440;

/** Segments in which every node sent 10 good and 1 bad outcomes in each second, told by two partitions in turn. */
const steady = (
  nodeIds: readonly string[],
  family: 'node' | 'customer' = 'node',
): { segments: SegmentRepository; asked: [number, number][] } => {
  const asked: [number, number][] = [];
  const bodyOf = (nodeId: string): Uint8Array => {
    const cells = createCells(family);
    const at = cells.row(nodeId) * COUNTS_PER_CELL;
    cells.counts[at + COUNT.good] = 10;
    cells.counts[at + COUNT.bad] = 1;
    return encodeBlock(new Map([[family, cells]]));
  };
  const read = async (from: number, to: number): Promise<readonly SegmentRow[]> => {
    asked.push([from, to]);
    const slots = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    return slots.flatMap((slot) =>
      nodeIds.map((nodeId, partition) => ({
        topic: 'telemetry.outcomes' as const,
        partition,
        slot,
        firstOffset: slot,
        family,
        body: bodyOf(nodeId),
      })),
    );
  };
  const nothing = async (): Promise<never> => {
    throw new Error('not asked for');
  };
  return { segments: { read, write: nothing, newestSlot: nothing, dropBefore: nothing }, asked };
};

describe('the minutes of nodes', () => {
  it('are ten seconds of every tenth minute, taken six times', async () => {
    const { segments, asked } = steady(['n1', 'n2']);
    const minutes = await readNodeMinutes(segments, NOW_MS);
    expect(new Set(minutes.map(({ outcomes }) => outcomes))).toEqual(new Set([660]));
    expect(minutes.filter(({ nodeId }) => nodeId === 'n2')).toHaveLength(asked.length);
    expect(asked.every(([from, to]) => from % 600 === 0 && to === from + 9)).toBe(true);
  });

  it('are of the last hour, of yesterday and of a week ago, in few reads', async () => {
    const { segments, asked } = steady(['n1']);
    const minutes = (await readNodeMinutes(segments, NOW_MS)).map(({ minute }) => minute);
    expect(asked.length).toBeLessThan(25);
    const ages = new Set(minutes.map((minute) => Math.round((MINUTE - minute) / DAY)));
    expect(ages).toEqual(new Set([0, 1, 7]));
  });
});

describe('the minutes of customers', () => {
  it('C7: are ten seconds of every ten minutes of the three hours before what is read again', async () => {
    const { segments, asked } = steady(['bank', 'shop'], 'customer');
    const minutes = await readCustomerMinutes(segments, NOW_MS);
    expect(asked).toHaveLength(17);
    expect(asked.every(([from, to]) => from % 600 === 0 && to === from + 9)).toBe(true);
    expect(minutes.filter(({ customerId }) => customerId === 'bank')).toHaveLength(17);
    expect(new Set(minutes.map(({ good, bad }) => `${good}/${bad}`))).toEqual(new Set(['100/10']));
    expect(Math.max(...minutes.map(({ minute }) => minute))).toBeLessThan(MINUTE - 10);
    expect(Math.min(...minutes.map(({ minute }) => minute))).toBeGreaterThan(MINUTE - 190);
  });
});

import fc from 'fast-check';
import { FAMILIES, type Family, isRefusal, type OutcomeBatch, type Topic } from '#contracts';
import { anyBlockOf, plainBlock, type PlainCell } from './block.fixture.js';
import { bucketsOf, createCells } from './cell-table.js';
import type { Block } from './cells.js';
import { createSlotFold } from './create-slot-fold.js';
import { percentileOf } from './histogram.js';
import type { PartitionTick, SlotState } from './partition-tick.js';
import { createSlidingWindows, type SlidingWindows } from './sliding-windows.js';
import { anyOutcomes, batchesOf, countDirectly, customerOf, FIRST_SLOT } from './slot-fold.fixture.js';
import { decodeTick, encodeTick } from './tick-codec.js';

const WINDOWS_MS = [3_000, 7_000];
const TOPIC: Topic = 'telemetry.outcomes';
const tickOf = (partition: number, nextOffset: number, slots: readonly SlotState[]): PartitionTick => ({
  topic: TOPIC,
  partition,
  incarnation: 1,
  tick: nextOffset,
  nextOffset,
  slots,
  nodes: [],
  reports: [],
  signals: [],
});

/** `slot family key` → cell, summed over sources. */
type Slots = Readonly<Record<string, PlainCell>>;

/** Sums a window from scratch. */
const recompute = (cells: readonly Slots[], family: Family, key: string, slots: number, end: number) => {
  const buckets = new Float64Array(bucketsOf(family));
  const counts = [0, 0, 0, 0];
  for (let slot = end - slots + 1; slot <= end; slot += 1) {
    for (const source of cells) {
      const cell = source[`${slot} ${family} ${key}`];
      cell?.counts.forEach((count, column) => (counts[column]! += count));
      for (const [index, count] of Object.entries(cell?.buckets ?? {})) buckets[Number(index)]! += count;
    }
  }
  const [good, bad, excluded, timeout] = counts;
  const { sub } = FAMILIES[family];
  const p95 = sub === 0 ? 'unknown' : percentileOf(buckets, timeout!, 0.95, sub);
  return { sum: { good, bad, excluded, timeout }, p95 };
};

const read = (windows: SlidingWindows, family: Family, key: string, windowMs: number, end: number) => ({
  sum: windows.sum(family, key, windowMs, end),
  p95: windows.percentile(family, key, 0.95, windowMs, end),
});

/**
 * Sources as the fold is one: absolute states of open slots, the newest moving on, slots below it closed at some time. Keeps
 * the truth beside what it tells.
 */
class Sources {
  readonly truth: Record<string, PlainCell>[] = [{}, {}];
  private readonly firstOpen = [0, 0];
  private readonly told = [new Set<number>(), new Set<number>()];
  private offset = 0;

  tell(source: number, states: readonly (readonly [slot: number, block: Block])[], closeBefore: number): PartitionTick {
    const [truth, told] = [this.truth[source]!, this.told[source]!];
    const blocks = new Map(states.filter(([slot]) => slot >= this.firstOpen[source]!));
    for (const [slot, block] of blocks) {
      told.add(slot);
      for (const [key, cell] of Object.entries(plainBlock(block))) truth[`${slot} ${key}`] = cell;
    }
    this.firstOpen[source] = Math.max(this.firstOpen[source]!, closeBefore);
    const isClosed = (slot: number): boolean => slot < this.firstOpen[source]!;
    const slots = [...told]
      .filter((slot) => blocks.has(slot) || isClosed(slot))
      .toSorted((a, b) => a - b)
      .map((slot) => ({ slot, closed: isClosed(slot), block: blocks.get(slot) ?? new Map() }));
    for (const { slot, closed } of slots) if (closed) told.delete(slot);
    this.offset += 1;
    return tickOf(source, this.offset, slots);
  }
}

const step = fc.record({
  source: fc.nat({ max: 1 }),
  states: fc.array(fc.tuple(fc.nat({ max: 5 }), anyBlockOf(['customer', 'zone'])), { maxLength: 3 }),
  moveOn: fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 3 }) }, { weight: 1, arbitrary: fc.nat({ max: 90 }) }),
  close: fc.boolean(),
  asks: fc.array(
    fc.record({
      family: fc.constantFrom<Family>('customer', 'zone'),
      key: fc.constantFrom('a', 'b'),
      windowMs: fc.constantFrom(...WINDOWS_MS, 5_000),
      back: fc.integer({ min: -3, max: 4 }),
    }),
    { maxLength: 4 },
  ),
});

describe('sliding windows', () => {
  it('any ticks, closes, jumps and order of asking: as summed from scratch', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const [sources, windows] = [new Sources(), createSlidingWindows({ windowsMs: WINDOWS_MS, slotsKept: 12 })];
        let newest = 100;
        for (const { source, states, moveOn, close, asks } of steps) {
          newest += moveOn;
          const placed = states.map(([back, block]) => [newest - back, block] as const);
          windows.apply(sources.tell(source, placed, close ? newest - 3 : 0));
          for (const { family, key, windowMs, back } of asks) {
            const end = newest - back;
            const expected = recompute(sources.truth, family, key, windowMs / 1_000, end);
            expect(read(windows, family, key, windowMs, end)).toEqual(expected);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('from outcomes to windows over bytes: the direct count, whatever the batches, partitions and ticks', () => {
    const cuts = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(anyOutcomes(12), anyOutcomes(12), cuts, fc.nat({ max: 12 }), (one, two, cut, endAfter) => {
        const windows = createSlidingWindows({ windowsMs: WINDOWS_MS, slotsKept: 400 });
        [one, two].forEach((outcomes, partition) => {
          const fold = createSlotFold({ catalogue: { customerOf, version: () => 1 }, openSlots: 60, zonesMax: 100 });
          batchesOf(outcomes, cut).forEach((batch: OutcomeBatch, index) => {
            fold.fold(batch, (FIRST_SLOT + 40) * 1_000);
            const slots = fold.takeChanged({ closedBefore: 0, settledBefore: FIRST_SLOT + 60 });
            const tick = decodeTick(encodeTick(tickOf(partition, index, slots)));
            if (isRefusal(tick)) throw new Error(tick.detail);
            windows.apply(tick);
          });
        });
        const [truth, end] = [[countDirectly([...one, ...two])], FIRST_SLOT + endAfter];
        for (const [family, key] of [
          ['fleet', 'fleet'],
          ['release_region', 'v1+c1|europe'],
        ] as const)
          expect(read(windows, family, key, 7_000, end)).toEqual(recompute(truth, family, key, 7, end));
      }),
    );
  });
});

const fleet = (good: number): Block => {
  const cells = createCells('fleet');
  cells.counts[4 * cells.row('fleet')] = good;
  return new Map([['fleet', cells]]);
};
const zones = (...keys: readonly string[]): Block => {
  const cells = createCells('zone');
  const rows = keys.map((key) => cells.row(key));
  for (const row of rows) cells.counts[4 * row] = 1;
  return new Map([['zone', cells]]);
};
const open = (slot: number, block: Block): SlotState => ({ slot, closed: false, block });
const closed = (slot: number, block: Block): SlotState => ({ slot, closed: true, block });

describe('a window that was asked for', () => {
  it('follows changes of its slots, first and last included, and no others', () => {
    const windows = createSlidingWindows({ windowsMs: WINDOWS_MS, slotsKept: 12 });
    const after = (offset: number, ...states: readonly SlotState[]): number => {
      windows.apply(tickOf(0, offset, states));
      return windows.sum('fleet', 'fleet', 3_000, 103).good;
    };
    const one = fleet(1);
    expect(after(1, ...[100, 101, 102, 103].map((slot) => open(slot, one)))).toBe(3);
    expect(after(2, open(100, fleet(5)))).toBe(3);
    expect(after(3, open(101, fleet(5)))).toBe(7);
    expect(after(4, open(103, fleet(5)))).toBe(11);
    expect(after(5, open(104, fleet(5)))).toBe(11);
  });
});

describe('a source', () => {
  const good = (windows: SlidingWindows): number => windows.sum('fleet', 'fleet', 3_000, 101).good;
  const make = () => createSlidingWindows({ windowsMs: WINDOWS_MS, slotsKept: 12 });

  it('that was replaced changes nothing: its offset is older', () => {
    const windows = make();
    windows.apply(tickOf(0, 20, [open(100, fleet(5))]));
    windows.apply(tickOf(0, 10, [open(100, fleet(3))]));
    expect(good(windows)).toBe(5);
    windows.apply({ ...tickOf(0, 1, [open(100, fleet(4))]), incarnation: 2 });
    windows.apply(tickOf(0, 30, [open(100, fleet(3))]));
    expect(good(windows)).toBe(4);
  });

  it('that tells a closed slot again, after a restart, does not count twice', () => {
    const windows = make();
    windows.apply(tickOf(0, 1, [closed(100, fleet(5))]));
    windows.apply(tickOf(0, 2, [closed(100, fleet(5)), open(101, fleet(1))]));
    expect(good(windows)).toBe(6);
  });
});

describe('bounds', () => {
  it('a window that holds forgotten slots starts anew', () => {
    const windows = createSlidingWindows({ windowsMs: WINDOWS_MS, slotsKept: 12 });
    for (let slot = 100; slot <= 159; slot += 1) windows.apply(tickOf(0, slot, [open(slot, fleet(1))]));
    expect(windows.sum('fleet', 'fleet', 7_000, 154).good).toBe(7);
    windows.apply(tickOf(0, 160, [open(160, fleet(1))]));
    expect(windows.sum('fleet', 'fleet', 7_000, 156).good).toBe(7);
  });

  it('keys without data in the longest window are not listed, and later forgotten', () => {
    const windows = createSlidingWindows({ windowsMs: WINDOWS_MS, slotsKept: 12 });
    windows.apply(tickOf(0, 1, [open(100, zones('a', 'b'))]));
    windows.apply(tickOf(0, 2, [open(104, zones('b'))]));
    expect(windows.keys('zone')).toEqual(['a', 'b']);
    windows.apply(tickOf(0, 3, [open(108, zones('c'))]));
    expect(windows.keys('zone')).toEqual(['b', 'c']);
    windows.apply(tickOf(0, 4, [open(170, zones('d'))]));
    expect(windows.keys('zone')).toEqual(['d']);
    expect(windows.sum('zone', 'b', 7_000, 104)).toEqual({ good: 0, bad: 0, excluded: 0, timeout: 0 });
  });

  it('keys beyond the bound count for other', () => {
    const windows = createSlidingWindows({ windowsMs: WINDOWS_MS, slotsKept: 12, keysMax: 2 });
    windows.apply(tickOf(0, 1, [open(100, zones('a', 'b', 'c', 'd'))]));
    windows.apply(tickOf(0, 2, [open(100, zones('d'))]));
    expect(windows.keys('zone')).toEqual(['a', 'b', 'other']);
    expect(windows.sum('zone', 'other', 3_000, 100).good).toBe(2);
    expect(windows.overflowed()).toBe(2);
  });

  it('families that are not kept are not there; percentiles only where they are kept', () => {
    const families = ['fleet'] as const;
    const windows = createSlidingWindows({ windowsMs: WINDOWS_MS, slotsKept: 12, families, percentilesOf: [] });
    windows.apply(tickOf(0, 1, [open(100, zones('a')), open(100, fleet(3))]));
    expect(windows.sum('zone', 'a', 3_000, 100).good).toBe(0);
    expect(windows.sum('fleet', 'fleet', 3_000, 100).good).toBe(3);
    expect(windows.percentile('fleet', 'fleet', 0.5, 3_000, 100)).toBe('unknown');
  });
});

import fc from 'fast-check';
import type { Family, OutcomeBatch } from '#contracts';
import { plainBlock, type PlainCell } from './block.fixture.js';
import { decodeOwnBlock, encodeBlock } from './block-codec.js';
import { addCells, type CellTable, createCells, replaceCells } from './cell-table.js';
import type { Block, ColumnBlock } from './cells.js';
import { COLUMNS_MAX } from './count-columns.js';
import { createSlotFold } from './create-slot-fold.js';
import type { SlotFold, SlotFoldOptions } from './slot-fold.js';
import {
  anyOutcomes,
  batchesOf,
  batchOf,
  countDirectly,
  customerOf,
  FIRST_SLOT,
  type OneOutcome,
  ZONES,
} from './slot-fold.fixture.js';
import { TOLD_FAMILIES } from './told-families.js';

const RECEIVED_MS = (FIRST_SLOT + 40) * 1_000;
const newFold = (options: Partial<SlotFoldOptions> = {}): SlotFold =>
  createSlotFold({ catalogue: { customerOf, version: () => 1 }, openSlots: 60, zonesMax: 100, ...options });

/** Tables per slot and family, to which deltas are added or states put. */
class Reader {
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
    for (const { slot, block } of fold.takeDelta()) this.take(slot, block, addCells);
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
const toldCells = (cells: Record<string, PlainCell>): Record<string, PlainCell> =>
  Object.fromEntries(
    Object.entries(cells).flatMap(([name, cell]) => {
      const telling = TOLD_FAMILIES.get(name.split(' ')[1] as Family);
      if (telling === undefined) return [];
      return [[name, telling === 'latency' ? cell : { ...cell, buckets: {} }]];
    }),
  );

const cuts = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });
const takes = fc.array(fc.constantFrom('nothing', 'delta', 'states', 'both'), { minLength: 1, maxLength: 10 });
const outcome = (changes: Partial<OneOutcome> = {}): OneOutcome => ({
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
const receivedIn = (slot: number): number => (FIRST_SLOT + slot) * 1_000 + 999;
const inSlot = (slot: number, changes: Partial<OneOutcome> = {}): OutcomeBatch =>
  batchOf([outcome({ atUs: (FIRST_SLOT + slot) * 1_000_000, ...changes })]);

describe('the fold of a partition', () => {
  it('any batching and any takes: deltas summed, and states put in place, are the direct count', () => {
    fc.assert(
      fc.property(anyOutcomes(30), cuts, takes, (outcomes, cut, take) => {
        const [deltas, states, fold] = [new Reader(), new Reader(), newFold()];
        batchesOf(outcomes, cut).forEach((batch, index) => {
          expect(fold.fold(batch, RECEIVED_MS)).toMatchObject({ counted: batch.n, late: 0, future: 0 });
          const now = take[index % take.length];
          if (now === 'delta' || now === 'both') deltas.takeDeltas(fold);
          if (now === 'both') states.takeStates(fold, 0);
          // Nothing counts as settled: customers without failures wait for the close.
          if (now === 'states') states.takeStates(fold, 0, 0);
        });
        deltas.takeDeltas(fold);
        states.takeStates(fold, FIRST_SLOT + 60);
        const expected = countDirectly(outcomes);
        expect(deltas.plain()).toEqual(expected);
        expect(states.plain()).toEqual(toldCells(expected));
        expect(fold.slots()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('one interleaving is as good as another', () => {
    const shuffled = anyOutcomes(5).chain((outcomes) =>
      fc.tuple(fc.constant(outcomes), fc.shuffledSubarray([...outcomes], { minLength: outcomes.length })),
    );
    fc.assert(
      fc.property(shuffled, cuts, cuts, ([outcomes, other], cut, otherCut) => {
        const read = (batches: readonly OutcomeBatch[]) => {
          const [fold, reader] = [newFold(), new Reader()];
          for (const batch of batches) fold.fold(batch, RECEIVED_MS);
          reader.takeStates(fold, 0, FIRST_SLOT + 60);
          return reader.plain();
        };
        expect(read(batchesOf(outcomes, cut))).toEqual(read(batchesOf(other, otherCut)));
      }),
    );
  });

  it('a restart in between changes nothing: deltas written before, restored, and the rest folded', () => {
    fc.assert(
      fc.property(anyOutcomes(20), anyOutcomes(20), cuts, (before, after, cut) => {
        const [first, second, states] = [newFold(), newFold(), new Reader()];
        for (const batch of batchesOf(before, cut)) first.fold(batch, RECEIVED_MS);
        for (const { slot, block } of first.takeDelta()) second.restore(slot, decodeOwnBlock(encodeBlock(block)));
        for (const batch of batchesOf(after, cut)) expect(second.fold(batch, RECEIVED_MS).late).toBe(0);
        states.takeStates(second, FIRST_SLOT + 60);
        expect(states.plain()).toEqual(toldCells(countDirectly([...before, ...after])));
        const [added, onlyAfter] = [new Reader(), countDirectly(after)];
        added.takeDeltas(second);
        expect(added.plain()).toEqual(onlyAfter);
      }),
    );
  });

  it('what a restart told and nobody took is told again when the slot closes', () => {
    const [written, fold, states] = [newFold(), newFold(), new Reader()];
    written.fold(inSlot(0), RECEIVED_MS);
    for (const { slot, block } of written.takeDelta()) fold.restore(slot, decodeOwnBlock(encodeBlock(block)));
    new Reader().takeStates(fold, 0, FIRST_SLOT + 1);
    states.takeStates(fold, FIRST_SLOT + 1);
    expect(states.plain()).toEqual(toldCells(countDirectly([outcome()])));
  });
});

describe('what is told when', () => {
  const told = (fold: SlotFold, closedBefore = 0, settledBefore?: number): string[] => {
    const reader = new Reader();
    reader.takeStates(fold, closedBefore, settledBefore);
    return Object.keys(reader.plain()).map((key) => key.replace(`${FIRST_SLOT} `, ''));
  };

  it('the fleet at once, customers at once when they fail, else when the slot has settled', () => {
    const fold = newFold();
    fold.fold(batchOf([outcome(), outcome({ zone: 'c.example', code: 10 })]), receivedIn(0));
    const shape = ['fleet fleet', 'node n0', 'release_region v1+c1|europe'];
    const failing = ['customer shop', 'customer_region shop|europe', 'customer_release shop|v1+c1'];
    expect(told(fold).toSorted()).toEqual([...shape, ...failing].toSorted());
    expect(told(fold)).toEqual([]);
    fold.fold(inSlot(1), receivedIn(1));
    expect(told(fold).filter((key) => key.includes('bank'))).toEqual([]);
    fold.fold(inSlot(2), receivedIn(2));
    expect(told(fold).filter((key) => key === 'customer bank')).toEqual(['customer bank']);
  });

  it('a closed slot is told once more, even when nothing changed, and never again', () => {
    const [fold, reader] = [newFold(), new Reader()];
    fold.fold(inSlot(0), RECEIVED_MS);
    reader.takeStates(fold, 0);
    reader.takeStates(fold, FIRST_SLOT + 1);
    reader.takeStates(fold, FIRST_SLOT + 2);
    expect(reader.closed).toEqual([FIRST_SLOT]);
  });
});

describe('time', () => {
  it('RR11: what lies more than 5 s ahead of receive time is not folded and moves nothing', () => {
    const fold = newFold();
    const ahead = batchOf([outcome(), outcome({ atUs: (FIRST_SLOT + 6) * 1_000_000 })]);
    expect(fold.fold(ahead, FIRST_SLOT * 1_000 + 999)).toMatchObject({
      counted: 1,
      future: 1,
      watermarkUs: FIRST_SLOT * 1e6,
    });
    expect(fold.fold(ahead, FIRST_SLOT * 1_000 + 1_000)).toMatchObject({ counted: 2, future: 0 });
    expect(fold.fold(inSlot(10_000), FIRST_SLOT * 1_000)).toMatchObject({
      counted: 0,
      future: 1,
      watermarkUs: undefined,
    });
    expect(fold.fold(inSlot(0), RECEIVED_MS)).toMatchObject({ late: 0 });
  });

  it('RR12: what comes for a slot out of the ring is counted late and is in the delta only', () => {
    const [fold, deltas, states] = [newFold({ openSlots: 10 }), new Reader(), new Reader()];
    fold.fold(inSlot(20), receivedIn(20));
    expect(fold.fold(inSlot(11), receivedIn(20))).toMatchObject({ late: 0 });
    expect(fold.fold(inSlot(10), receivedIn(20))).toMatchObject({ counted: 1, late: 1 });
    states.takeStates(fold, FIRST_SLOT + 12);
    expect(fold.fold(inSlot(11), receivedIn(20))).toMatchObject({ counted: 1, late: 1 });
    states.takeStates(fold, FIRST_SLOT + 60);
    deltas.takeDeltas(fold);
    const at = (slot: number) => outcome({ atUs: (FIRST_SLOT + slot) * 1e6 });
    expect(deltas.plain()).toEqual(countDirectly([at(20), at(11), at(10), at(11)]));
    expect(states.plain()).toEqual(toldCells(countDirectly([at(20), at(11)])));
  });

  it('RR12: no clock of another node, however wrong, changes what a node counts or which of its outcomes are late', () => {
    const any = fc.record({ at: fc.nat({ max: 90 }), behind: fc.integer({ min: -4, max: 70 }), wild: fc.boolean() });
    const clock = fc.oneof(
      fc.constantFrom(0, 4_291_747_200, FIRST_SLOT - 3_600, FIRST_SLOT + 3_600),
      fc.integer({ min: FIRST_SLOT - 80, max: FIRST_SLOT + 100 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(any, clock), { maxLength: 30 }), takes, (records, take) => {
        const run = (isWild: boolean) => {
          const [fold, states, deltas] = [newFold(), new Reader(), new Reader()];
          const results: unknown[] = [];
          const inOrder = records.toSorted(([a], [b]) => a.at - b.at);
          inOrder.forEach(([{ at, behind, wild }, second], index) => {
            if (wild && isWild) fold.fold(batchOf([outcome({ node: 2, atUs: second * 1e6 })]), receivedIn(at));
            if (!wild) results.push(fold.fold(inSlot(at - behind), receivedIn(at)));
            if (take[index % take.length] === 'states') states.takeStates(fold, 0);
          });
          fold.passTo(receivedIn(200));
          states.takeStates(fold, 0);
          deltas.takeDeltas(fold);
          const own = (reader: Reader) =>
            Object.fromEntries(Object.entries(reader.plain()).filter(([key]) => key.endsWith('node n0')));
          return [results, own(states), own(deltas)];
        };
        expect(run(true)).toEqual(run(false));
      }),
      { numRuns: 1_000 },
    );
  });

  it('a batch over an hour of slots keeps to the ring', () => {
    const [fold, deltas] = [newFold({ openSlots: 10 }), new Reader()];
    const wide = Array.from({ length: 4_000 }, (_unused, slot) => outcome({ atUs: (FIRST_SLOT + slot) * 1_000_000 }));
    expect(fold.fold(batchOf(wide), receivedIn(3_999))).toMatchObject({ counted: 4_000, late: 3_990 });
    deltas.takeDeltas(fold);
    expect(Object.keys(deltas.plain()).filter((key) => key.endsWith('fleet fleet'))).toHaveLength(4_000);
    expect(fold.slots()).toBe(10);
  });
});

describe('the catalogue', () => {
  it('a change takes effect with the next batch, and takes nothing from what was counted', () => {
    const owners = new Map([['a.example', 'bank']]);
    let version = 1;
    const catalogue = { customerOf: (zone: string) => owners.get(zone), version: () => version };
    const [fold, deltas, states] = [newFold({ catalogue }), new Reader(), new Reader()];
    fold.fold(inSlot(0), RECEIVED_MS);
    owners.set('a.example', 'shop');
    version = 2;
    fold.fold(inSlot(0), RECEIVED_MS);
    deltas.takeDeltas(fold);
    states.takeStates(fold, FIRST_SLOT + 1);
    expect(states.plain()).toEqual(toldCells(deltas.plain()));
    const good = (key: string) => deltas.plain()[`${FIRST_SLOT} ${key}`]?.counts[0];
    const keys = ['customer bank', 'customer shop', 'customer_region bank|europe', 'customer_release shop|v1+c1'];
    expect(keys.map(good)).toEqual([1, 1, 1, 1]);
    expect(good('zone a.example')).toBe(2);
  });

  it('keys that are numbered anew at any time, in between takes: nothing is lost or told twice', () => {
    fc.assert(
      fc.property(anyOutcomes(10), cuts, takes, (outcomes, cut, take) => {
        let version = 1;
        const fold = newFold({ catalogue: { customerOf, version: () => version } });
        const [deltas, states] = [new Reader(), new Reader()];
        batchesOf(outcomes, cut).forEach((batch, index) => {
          const now = take[index % take.length];
          if (now !== 'nothing') version += 1;
          fold.fold(batch, RECEIVED_MS);
          if (now === 'delta' || now === 'both') deltas.takeDeltas(fold);
          if (now === 'states' || now === 'both') states.takeStates(fold, 0, FIRST_SLOT + (index % 10));
        });
        deltas.takeDeltas(fold);
        states.takeStates(fold, FIRST_SLOT + 60);
        const expected = countDirectly(outcomes);
        expect(deltas.plain()).toEqual(expected);
        expect(states.plain()).toEqual(toldCells(expected));
      }),
      { numRuns: 200 },
    );
  });
});

describe('bounds', () => {
  it('releases beyond the bound share other, and zones and customers stay exact', () => {
    const catalogue = { customerOf: () => 'bank', version: () => 1 };
    const [fold, deltas] = [newFold({ catalogue }), new Reader()];
    const zones = Array.from({ length: 1_000 }, (_unused, index) => `zone-${index}.example`);
    const batch = batchOf(zones.map((zone) => outcome({ zone })));
    const releases = COLUMNS_MAX + 3;
    for (let i = 0; i < releases; i += 1) fold.fold({ ...batch, softwareVersion: `v${i}` }, RECEIVED_MS);
    deltas.takeDeltas(fold);
    const cells = deltas.plain();
    const good = (key: string) => cells[`${FIRST_SLOT} ${key}`]?.counts[0];
    expect(new Set(zones.map((zone) => good(`zone ${zone}`)))).toEqual(new Set([releases]));
    expect(good('customer bank')).toBe(releases * zones.length);
    expect(['zone_release other', 'customer_release other'].map(good)).toEqual([3_000, 3_000]);
  });

  it('zones of nobody beyond the bound count for other; those of customers stay exact', () => {
    const [fold, deltas] = [newFold({ zonesMax: 10 }), new Reader()];
    const random = Array.from({ length: 100 }, (_unused, index) => outcome({ zone: `random-${index}.example` }));
    expect(fold.fold(batchOf([...random, outcome()]), RECEIVED_MS)).toMatchObject({ counted: 101, otherZones: 90 });
    deltas.takeDeltas(fold);
    const cells = deltas.plain();
    expect(Object.keys(cells).filter((key) => key.startsWith(`${FIRST_SLOT} zone `))).toHaveLength(12);
    expect(cells[`${FIRST_SLOT} zone other`]?.counts[0]).toBe(90);
    expect(cells[`${FIRST_SLOT} zone_release other|v1+c1`]?.counts[0]).toBe(90);
    expect(cells[`${FIRST_SLOT} customer other`]?.counts[0]).toBe(100);
    expect(cells[`${FIRST_SLOT} zone a.example`]?.counts[0]).toBe(1);
  });

  it('the memory of what was added follows the keys, not the outcomes, and a take gives it back', () => {
    const fold = newFold();
    expect(fold.addedBytes()).toBe(0);
    fold.fold(inSlot(0), RECEIVED_MS);
    const once = fold.addedBytes();
    for (let i = 0; i < 100; i += 1) fold.fold(inSlot(0), RECEIVED_MS);
    expect(fold.addedBytes()).toBe(once);
    fold.fold(inSlot(1), RECEIVED_MS);
    expect(fold.addedBytes()).toBe(2 * once);
    new Reader().takeDeltas(fold);
    expect(fold.addedBytes()).toBe(0);
  });

  it('registry ids count for the zone they name, unknown ones for other', () => {
    const outcomes = ZONES.map((zone, index) => outcome({ zone, atUs: (FIRST_SLOT + index) * 1_000_000 }));
    const { zones, ...columns } = batchOf([...outcomes, outcome({ zone: 'gone.example' })]);
    const zoneId = Uint32Array.from(columns.zoneIx, (index) => index * 1_000_000);
    const batch: OutcomeBatch = { ...columns, zones: [], zoneIx: new Uint16Array(0), zoneId };
    const known: Readonly<Record<number, string>> = Object.fromEntries(ZONES.map((zone, index) => [index * 1e6, zone]));
    const [fold, deltas] = [
      newFold({ catalogue: { customerOf, zoneOf: (id) => known[id], version: () => 1 } }),
      new Reader(),
    ];
    fold.fold(batch, RECEIVED_MS);
    deltas.takeDeltas(fold);
    expect(zones).toHaveLength(6);
    expect(deltas.plain()).toEqual(countDirectly([...outcomes, outcome({ zone: 'other' })]));
  });
});

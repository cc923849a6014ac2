import type { OutcomeBatch } from '#contracts';
import { decodeOwnBlock, encodeBlock } from './block-codec.js';
import { COLUMNS_MAX } from './count-columns.js';
import { inSlot, newFold, outcome, Reader, RECEIVED_MS } from './fold-reader.fixture.js';
import { batchOf, countDirectly, customerOf, FIRST_SLOT, ZONES } from './slot-fold.fixture.js';

describe('bounds of a fold', () => {
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

  it('regions beyond the bound share other, in what is told and after a restart', () => {
    const [fold, states, again, last] = [newFold(), new Reader(), newFold(), new Reader()];
    const regions = COLUMNS_MAX + 3;
    const good = (reader: Reader) => reader.plain()[`${FIRST_SLOT} customer_region other`]?.counts[0];
    for (let i = 0; i < regions; i += 1) fold.fold({ ...inSlot(0), region: `r${i}` }, RECEIVED_MS);
    states.takeStates(fold, 0, FIRST_SLOT + 1);
    expect(good(states)).toBe(3);
    fold.fold({ ...inSlot(0), region: `r${regions}` }, RECEIVED_MS);
    states.takeStates(fold, 0, FIRST_SLOT + 1);
    expect(good(states)).toBe(4);
    fold.takeDelta(({ slot, block }) => again.restore(slot, decodeOwnBlock(encodeBlock(block))));
    again.fold({ ...inSlot(0), region: 'another' }, RECEIVED_MS);
    last.takeStates(again, FIRST_SLOT + 1);
    expect(good(last)).toBe(5);
  });

  it('counts beyond 32 bits are the most that those tell, and what is written can be read', () => {
    const [fold, deltas] = [newFold(), new Reader()];
    for (let i = 0; i < 2; i += 1) fold.fold(inSlot(0, { weight: 4_294_967_295 }), RECEIVED_MS);
    deltas.takeDeltas(fold);
    expect(deltas.plain()[`${FIRST_SLOT} customer bank`]?.counts[0]).toBe(4_294_967_295);
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

import fc from 'fast-check';
import type { OutcomeBatch } from '#contracts';
import { decodeOwnBlock, encodeBlock } from './block-codec.js';
import { inSlot, newFold, outcome, Reader, RECEIVED_MS, receivedIn, toldCells } from './fold-reader.fixture.js';
import type { SlotFold } from './slot-fold.js';
import { anyOutcomes, batchesOf, batchOf, countDirectly, customerOf, FIRST_SLOT } from './slot-fold.fixture.js';

const cuts = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });
const takes = fc.array(fc.constantFrom('nothing', 'delta', 'states', 'both'), { minLength: 1, maxLength: 10 });

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
        first.takeDelta(({ slot, block }) => second.restore(slot, decodeOwnBlock(encodeBlock(block))));
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
    written.takeDelta(({ slot, block }) => fold.restore(slot, decodeOwnBlock(encodeBlock(block))));
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
    const outcomes = ['outcome v1+c1|europe|answer', 'outcome v1+c1|europe|servfail'];
    const shape = ['fleet fleet', 'node n0', 'release_region v1+c1|europe', ...outcomes];
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

  it('a restart, and keys numbered anew at once: what is told is all, what is written only what came after', () => {
    fc.assert(
      fc.property(anyOutcomes(20), anyOutcomes(20), cuts, (before, after, cut) => {
        let version = 1;
        const catalogue = { customerOf, version: () => version };
        const [first, second] = [newFold({ catalogue }), newFold({ catalogue })];
        const [states, added] = [new Reader(), new Reader()];
        for (const batch of batchesOf(before, cut)) first.fold(batch, RECEIVED_MS);
        first.takeDelta(({ slot, block }) => second.restore(slot, decodeOwnBlock(encodeBlock(block))));
        for (const batch of batchesOf(after, cut)) {
          version += 1;
          second.fold(batch, RECEIVED_MS);
        }
        added.takeDeltas(second);
        states.takeStates(second, FIRST_SLOT + 60);
        expect(states.plain()).toEqual(toldCells(countDirectly([...before, ...after])));
        expect(added.plain()).toEqual(countDirectly(after));
      }),
      { numRuns: 200 },
    );
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

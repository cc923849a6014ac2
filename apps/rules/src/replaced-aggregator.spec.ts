import fc from 'fast-check';
import {
  COUNT,
  COUNTS_PER_CELL,
  createCells,
  createSlidingWindows,
  createTickGate,
  type PartitionTick,
  type SlotState,
} from '#domain';

const SOURCE = { topic: 'telemetry.outcomes', partition: 0 } as const;
const FIRST_TICK = 4_000;
const TICKS_PER_SLOT = 4;
const WINDOW_MS = 60_000;
const LAST_SLOT = 1_059;

const fleet = (slot: number, good: number): SlotState => {
  const cells = createCells('fleet');
  cells.counts[cells.row('fleet') * COUNTS_PER_CELL + COUNT.good] = good;
  return { slot, closed: false, block: new Map([['fleet', cells]]) };
};

const part = (tick: number, nextOffset: number, slots: readonly SlotState[]): PartitionTick => ({
  ...SOURCE,
  incarnation: 1,
  tick,
  nextOffset,
  slots,
  nodes: [],
  reports: [],
  signals: [],
});

/** What one writer tells: the state of a slot after each tick, a function of the records alone. */
const storyOf = (counts: readonly number[]): readonly PartitionTick[] => {
  const bySlot = new Map<number, number>();
  return counts.map((count, index) => {
    const tick = FIRST_TICK + index;
    const slot = Math.floor(tick / TICKS_PER_SLOT);
    bySlot.set(slot, (bySlot.get(slot) ?? 0) + count);
    return part(tick, 10 * (index + 1), [fleet(slot, bySlot.get(slot) ?? 0)]);
  });
};

/** The window after each record of `slots`, as the rules see it. */
const read = (records: readonly PartitionTick[]): readonly number[] => {
  const gate = createTickGate([SOURCE], undefined);
  const windows = createSlidingWindows({ windowsMs: [WINDOW_MS], slotsKept: 120 });
  return records.map((record) => {
    for (const { parts } of gate.accept(record, 0)) parts.forEach(windows.apply);
    return windows.sum('fleet', 'fleet', WINDOW_MS, LAST_SLOT).good;
  });
};

const interleaved = <T>(one: readonly T[], other: readonly T[], choices: readonly boolean[]): readonly T[] => {
  const [left, right] = [[...one], [...other]];
  const all: T[] = [];
  for (let i = 0; left.length + right.length > 0; i += 1) {
    const first = choices[i % choices.length] === true ? left : right;
    const next = first.shift() ?? left.shift() ?? right.shift();
    if (next !== undefined) all.push(next);
  }
  return all;
};

describe('an aggregator that was replaced and goes on', () => {
  const counts = fc.array(fc.nat({ max: 1_000 }), { minLength: 2, maxLength: 40 });
  const choices = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });

  it('changes nothing, however its records mix with those of the new one that tells again from where it loaded', () => {
    fc.assert(
      fc.property(counts, fc.nat(), fc.nat(), fc.nat(), choices, (each, at, back, more, mix) => {
        const story = storyOf(each);
        const replacedAt = at % story.length;
        const loadedAt = replacedAt - (back % (replacedAt + 1));
        const stopsAt = replacedAt + (more % (story.length - replacedAt + 1));
        const after = [part(FIRST_TICK + 1_000, 10 * story.length, [])];
        const zombie = story.slice(replacedAt, stopsAt);
        const owner = [...story.slice(loadedAt), ...after];
        const seen = read([...story.slice(0, replacedAt), ...interleaved(zombie, owner, mix)]);
        expect(seen.at(-1)).toBe(read([...story, ...after]).at(-1));
        // Neither back nor double on the way.
        expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  it('hides nothing, when it tells ticks as empty whose records it never got', () => {
    fc.assert(
      fc.property(
        counts,
        fc.nat(),
        fc.array(fc.nat({ max: 60 }), { maxLength: 20 }),
        choices,
        (each, at, ahead, mix) => {
          const story = storyOf(each);
          const knows = at % story.length;
          const after = [part(FIRST_TICK + 1_000, 10 * story.length, [])];
          const empty = ahead
            .toSorted((a, b) => a - b)
            .map((ticks) => part(FIRST_TICK + knows + ticks, 10 * knows, []));
          const owner = [...story.slice(knows), ...after];
          const seen = read([...story.slice(0, knows), ...interleaved(empty, owner, mix)]);
          expect(seen.at(-1)).toBe(read([...story, ...after]).at(-1));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('the same tick told twice: what contains more records counts, whichever comes first', () => {
    const [less, more, next] = [
      part(FIRST_TICK, 10, [fleet(1_000, 3)]),
      part(FIRST_TICK, 20, [fleet(1_000, 5)]),
      part(FIRST_TICK + 1, 20, []),
    ];
    expect(read([less, more, next])).toEqual([3, 3, 5]);
    expect(read([more, less, next])).toEqual([5, 5, 5]);
  });
});

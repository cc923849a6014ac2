import fc from 'fast-check';
import { COUNTS_PER_CELL, createCells, encodeBlock } from '#domain';
import { openTestDatabase, type TestDatabase } from '#testing';
import { createSegmentMinuteRepository } from './segment-minute.repository.js';
import { KeptSteps, type StepFigures } from './kept-steps.js';
import { createSeries, MINUTES_FROM_SEGMENTS_MAX, type Series } from './segment-series.js';
import { createSegmentRepository, type NewSegment } from './segment.repository.js';
import { figuresOf, sumSegments } from './segment-windows.js';

/** A minute since the epoch, with others before and after it. */
const FIRST = 27_115_200;
const MINUTES = 4;

let offset = 0;
const segment = (slot: number, good: number, bad: number, key = 'us-east'): NewSegment => {
  const table = createCells('region');
  table.counts.set([good, bad, 0, 0], table.row(key) * COUNTS_PER_CELL);
  offset += 1;
  const body = encodeBlock(new Map([['region', table]]));
  const place = { topic: 'telemetry.outcomes', partition: 0, firstOffset: offset, nextOffset: offset + 1 } as const;
  return { ...place, slot, family: 'region', body };
};

const KEYS = ['us-east', 'eu-west'];
const FIGURES_MAX = 1_000;

const stepsOf = (series: Series): readonly StepFigures[] => {
  if (series === 'too many' || 'missing' in series) throw new Error('so few minutes can be read at once');
  return series;
};

describe('a series of minutes', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterEach(() => db.database.query('truncate segment, segment_minute'));
  afterAll(() => db.close());
  const write = (...rows: readonly NewSegment[]) =>
    db.database.transaction((tx) => createSegmentRepository(tx).write(tx, rows));
  const readMinutes: string[][] = [];
  const open = (kept?: KeptSteps) => {
    const minutes = createSegmentMinuteRepository(db.database);
    const read: typeof minutes.read = (family, wanted) => {
      readMinutes.push(wanted.map((minute) => `${family} ${minute - FIRST}`));
      return minutes.read(family, wanted);
    };
    return createSeries({ minutes: { ...minutes, read }, segments: createSegmentRepository(db.database) }, kept);
  };
  const whole = { family: 'region', fromMinute: FIRST, toMinute: FIRST + MINUTES - 1, stepMinutes: 1 } as const;
  const read = (toMinute = whole.toMinute) => open()({ ...whole, toMinute, figuresMax: FIGURES_MAX });

  const act = fc.oneof(
    fc.record({
      kind: fc.constant('write' as const),
      second: fc.integer({ min: 0, max: MINUTES * 60 - 1 }),
      good: fc.integer({ min: 1, max: 1_000 }),
      bad: fc.integer({ min: 0, max: 1_000 }),
      key: fc.constantFrom('us-east', 'eu-west'),
    }),
    fc.record({ kind: fc.constant('sum' as const), minute: fc.integer({ min: 0, max: MINUTES - 1 }) }),
    fc.record({
      kind: fc.constant('read' as const),
      from: fc.integer({ min: 0, max: MINUTES - 1 }),
      length: fc.integer({ min: 1, max: MINUTES }),
      stepMinutes: fc.integer({ min: 1, max: 3 }),
      key: fc.constantFrom(undefined, ...KEYS, 'nowhere'),
    }),
  );
  /** The plain way: from segments alone, with nothing kept. */
  const exactly = async (from: number, to: number, stepMinutes: number, key: string | undefined) => {
    const slots = { family: 'region', fromSlot: from * 60, toSlot: (to + 1) * 60 - 1 } as const;
    const sums = await sumSegments(createSegmentRepository(db.database), slots, stepMinutes * 60);
    return sums.map(
      (sum) => new Map((key === undefined ? sum.keys : [key]).map((each) => [each, figuresOf(sum, each)])),
    );
  };

  it('is what its segments add up to, however late they come, whenever a minute is summed, and whatever was read before', async () => {
    // One reader for all runs, with room for three steps or so: what it keeps is of other runs, of other ranges, or had to give way.
    const ask = open(new KeptSteps(2_000));
    const check = async (from: number, to: number, stepMinutes: number, key?: string): Promise<void> => {
      const range = { ...whole, fromMinute: from, toMinute: to, stepMinutes, key, figuresMax: FIGURES_MAX };
      const steps = stepsOf(await ask(range)).map((figures) => new Map(figures));
      expect(steps).toEqual(await exactly(from, to, stepMinutes, key));
    };
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
        await db.database.query('truncate segment, segment_minute');
        const minutes = createSegmentMinuteRepository(db.database);
        for (const one of acts)
          if (one.kind === 'sum') await minutes.sum(FIRST + one.minute);
          else if (one.kind === 'write') await write(segment(FIRST * 60 + one.second, one.good, one.bad, one.key));
          else {
            const from = FIRST + one.from;
            await check(from, Math.min(from + one.length, FIRST + MINUTES) - 1, one.stepMinutes, one.key);
          }
        await check(FIRST, FIRST + MINUTES - 1, 1);
      }),
      { numRuns: 60 },
    );
  });

  it('reads a minute again when it was summed again, and no other; steps of other lengths and keys are their own', async () => {
    const minutes = createSegmentMinuteRepository(db.database);
    for (let minute = 0; minute < MINUTES; minute += 1) {
      await write(segment((FIRST + minute) * 60, minute + 1, 0));
      await minutes.sum(FIRST + minute);
    }
    const ask = open();
    const goodOf = async (range: Partial<{ fromMinute: number; stepMinutes: number; key: string }> = {}) =>
      stepsOf(await ask({ ...whole, figuresMax: FIGURES_MAX, ...range })).map((step) => step[0]?.[1].good);
    const readSince = () => readMinutes.splice(0).flat();
    readSince();
    expect(await goodOf()).toEqual([1, 2, 3, 4]);
    expect(readSince()).toHaveLength(MINUTES);
    expect(await goodOf()).toEqual([1, 2, 3, 4]);
    expect(await goodOf({ fromMinute: FIRST + 1 })).toEqual([2, 3, 4]);
    expect(readSince()).toEqual([]);
    await write(segment((FIRST + 2) * 60, 10, 0));
    expect(await goodOf()).toEqual([1, 2, 13, 4]);
    await minutes.sum(FIRST + 2);
    expect(await goodOf()).toEqual([1, 2, 13, 4]);
    expect(readSince()).toEqual(['region 2']);
    expect(await goodOf({ stepMinutes: 2 })).toEqual([3, 17]);
    expect(await goodOf({ stepMinutes: 3 })).toEqual([16, 4]);
    expect(await goodOf({ key: 'eu-west' })).toEqual([0, 0, 0, 0]);
    readSince();
    expect(await goodOf({ stepMinutes: 2 })).toEqual([3, 17]);
    expect(await goodOf({ key: 'eu-west' })).toEqual([0, 0, 0, 0]);
    expect(readSince()).toEqual([]);
  });

  it('with more figures than asked for is not read to its end', async () => {
    await write(segment(FIRST * 60, 1, 0), segment(FIRST * 60, 1, 0, 'eu-west'));
    expect(await open()({ ...whole, figuresMax: 2 })).toHaveLength(MINUTES);
    expect(await open()({ ...whole, figuresMax: 1 })).toBe('too many');
  });

  it('late data takes its minute away in its own transaction, and no other', async () => {
    const minutes = createSegmentMinuteRepository(db.database);
    await write(segment(FIRST * 60, 1, 0), segment(FIRST * 60 + 60, 2, 0));
    for (const minute of [FIRST, FIRST + 1]) await minutes.sum(minute);
    await write(segment(FIRST * 60 + 59, 10, 0));
    expect([...(await minutes.revisions('region', FIRST, FIRST + 1)).keys()]).toEqual([FIRST + 1]);
    expect(await minutes.missing(FIRST + 1, 10)).toEqual([FIRST]);
    await minutes.sum(FIRST);
    expect(await minutes.missing(FIRST + 1, 10)).toEqual([]);
  });

  it('who sums waits for a flush that is under way, and sees it', async () => {
    const minutes = createSegmentMinuteRepository(db.database);
    let summed: Promise<void> | undefined;
    await db.database.transaction(async (tx) => {
      await createSegmentRepository(tx).write(tx, [segment(FIRST * 60, 7, 0)]);
      summed = minutes.sum(FIRST);
    });
    await summed;
    expect(stepsOf(await read(FIRST))).toMatchObject([[['us-east', { good: 7, bad: 0 }]]]);
    expect(await minutes.read('region', [FIRST])).toHaveLength(1);
  });

  it('of silent minutes is nothing, once they are summed; too many that are not are told, not read', async () => {
    const minutes = createSegmentMinuteRepository(db.database);
    const last = FIRST + MINUTES_FROM_SEGMENTS_MAX;
    await write(segment(FIRST * 60, 1, 0));
    expect(await read(last)).toEqual({ missing: MINUTES_FROM_SEGMENTS_MAX + 1 });
    expect(await minutes.missing(last, 2)).toEqual([last, last - 1]);
    await minutes.sum(last);
    expect(stepsOf(await read(last)).at(-1)).toEqual([]);
  });

  it('of a time before all segments is nothing, and no minute of it is missing', async () => {
    const day = 1_440;
    const from = FIRST - day;
    expect(await open()({ ...whole, fromMinute: from, stepMinutes: day, figuresMax: FIGURES_MAX })).toEqual([[], []]);
    await write(segment(FIRST * 60, 3, 1));
    const [before, after] = stepsOf(
      await open()({ ...whole, fromMinute: from, stepMinutes: day, figuresMax: FIGURES_MAX }),
    );
    expect([before, after?.map(([key, { good, bad }]) => [key, good, bad])]).toEqual([[], [['us-east', 3, 1]]]);
  });

  it('ends with its segments', async () => {
    const minutes = createSegmentMinuteRepository(db.database);
    const day = 86_400;
    const old = Math.floor((FIRST * 60) / day) * day;
    await write(segment(old, 1, 0));
    await minutes.sum(old / 60);
    await db.database.transaction((tx) => createSegmentRepository(tx).dropBefore(tx, old + day));
    expect(await minutes.read('region', [old / 60])).toEqual([]);
    expect(await minutes.missing(FIRST + 5_000, 5)).toEqual([]);
  });
});

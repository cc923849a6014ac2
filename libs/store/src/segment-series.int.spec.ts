import fc from 'fast-check';
import { type CellTable, COUNTS_PER_CELL, createCells, encodeBlock } from '#domain';
import { openTestDatabase, type TestDatabase } from '#testing';
import { createSegmentMinuteRepository } from './segment-minute.repository.js';
import { MINUTES_FROM_SEGMENTS_MAX, sumSeries } from './segment-series.js';
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

const shown = (sums: readonly CellTable[], keys: readonly string[]) =>
  sums.map((sum) => keys.map((key) => [figuresOf(sum, key).good, figuresOf(sum, key).bad]));

describe('a series of minutes', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterEach(() => db.database.query('truncate segment, segment_minute'));
  afterAll(() => db.close());
  const write = (...rows: readonly NewSegment[]) =>
    db.database.transaction((tx) => createSegmentRepository(tx).write(tx, rows));
  const read = async (toMinute = FIRST + MINUTES - 1) => {
    const range = { family: 'region', fromMinute: FIRST, toMinute, stepMinutes: 1 } as const;
    return sumSeries(createSegmentMinuteRepository(db.database), createSegmentRepository(db.database), range);
  };

  const act = fc.oneof(
    fc.record({
      kind: fc.constant('write' as const),
      second: fc.integer({ min: 0, max: MINUTES * 60 - 1 }),
      good: fc.integer({ min: 1, max: 1_000 }),
      bad: fc.integer({ min: 0, max: 1_000 }),
      key: fc.constantFrom('us-east', 'eu-west'),
    }),
    fc.record({ kind: fc.constant('sum' as const), minute: fc.integer({ min: 0, max: MINUTES - 1 }) }),
  );

  it('is what its segments add up to, however late they come, and whenever a minute is summed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
        await db.database.query('truncate segment, segment_minute');
        const minutes = createSegmentMinuteRepository(db.database);
        for (const one of acts)
          if (one.kind === 'sum') await minutes.sum(FIRST + one.minute);
          else await write(segment(FIRST * 60 + one.second, one.good, one.bad, one.key));
        const sums = await read();
        if ('missing' in sums) throw new Error('four minutes can be read at once');
        const slots = { family: 'region', fromSlot: FIRST * 60, toSlot: (FIRST + MINUTES) * 60 - 1 } as const;
        const exact = await sumSegments(createSegmentRepository(db.database), slots, 60);
        const keys = ['us-east', 'eu-west'];
        expect(shown(sums, keys)).toEqual(shown(exact, keys));
      }),
      { numRuns: 40 },
    );
  });

  it('late data takes its minute away in its own transaction, and no other', async () => {
    const minutes = createSegmentMinuteRepository(db.database);
    await write(segment(FIRST * 60, 1, 0), segment(FIRST * 60 + 60, 2, 0));
    for (const minute of [FIRST, FIRST + 1]) await minutes.sum(minute);
    await write(segment(FIRST * 60 + 59, 10, 0));
    expect((await minutes.read('region', FIRST, FIRST + 1)).map(({ minute }) => minute)).toEqual([FIRST + 1]);
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
    expect(shown((await read(FIRST)) as readonly CellTable[], ['us-east'])).toEqual([[[7, 0]]]);
    expect(await minutes.read('region', FIRST, FIRST)).toHaveLength(1);
  });

  it('of silent minutes is nothing, once they are summed; too many that are not are told, not read', async () => {
    const minutes = createSegmentMinuteRepository(db.database);
    const last = FIRST + MINUTES_FROM_SEGMENTS_MAX;
    await write(segment(FIRST * 60, 1, 0));
    expect(await read(last)).toEqual({ missing: MINUTES_FROM_SEGMENTS_MAX + 1 });
    expect(await minutes.missing(last, 2)).toEqual([last, last - 1]);
    await minutes.sum(last);
    const sums = await read(last);
    if ('missing' in sums) throw new Error('an hour can be read at once');
    expect(figuresOf(sums.at(-1) as CellTable, 'us-east').success).toBeNull();
  });

  it('ends with its segments', async () => {
    const minutes = createSegmentMinuteRepository(db.database);
    const day = 86_400;
    const old = Math.floor((FIRST * 60) / day) * day;
    await write(segment(old, 1, 0));
    await minutes.sum(old / 60);
    await db.database.transaction((tx) => createSegmentRepository(tx).dropBefore(tx, old + day));
    expect(await minutes.read('region', old / 60, old / 60)).toEqual([]);
    expect(await minutes.missing(FIRST + 5_000, 5)).toEqual([]);
  });
});

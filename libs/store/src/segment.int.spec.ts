import { openTestDatabase, type TestDatabase } from '#testing';
import { SEGMENT_DAY_SLOTS, SEGMENT_DAYS_MAX } from './segment-days.js';
import { createSegmentRepository, type NewSegment, type SegmentRepository } from './segment.repository.js';

const SLOT = 18_831 * SEGMENT_DAY_SLOTS;
const segment = (changes: Partial<NewSegment> = {}): NewSegment => ({
  topic: 'telemetry.outcomes',
  partition: 0,
  slot: SLOT,
  firstOffset: 10,
  nextOffset: 20,
  family: 'fleet',
  body: Uint8Array.from([1, 2, 3]),
  ...changes,
});

describe('segments', () => {
  let db: TestDatabase;
  let segments: SegmentRepository;
  beforeEach(async () => {
    db = await openTestDatabase();
    segments = createSegmentRepository(db.database);
  });
  afterEach(() => db.close());
  const write = (...rows: readonly NewSegment[]) => db.database.transaction((tx) => segments.write(tx, rows));
  const dayTables = async () =>
    (await db.database.query(`select 1 from pg_inherits where inhparent = 'segment'::regclass`)).length - 1;

  it('come back byte for byte, also from a view into a larger buffer', async () => {
    const all = Uint8Array.from({ length: 256 }, (_unused, index) => index);
    await write(segment({ body: all }), segment({ firstOffset: 20, body: all.subarray(120, 140) }));
    const read = await segments.read(SLOT, SLOT);
    expect(read.map(({ body }) => [...body])).toEqual([[...all], [...all.subarray(120, 140)]]);
  });

  it('of a replayed spool are added to an old slot, beside what was there', async () => {
    await write(segment());
    await write(segment({ slot: SLOT + 3_600, firstOffset: 20 }));
    await write(segment({ firstOffset: 30 }));
    expect((await segments.read(SLOT, SLOT)).map(({ firstOffset }) => firstOffset)).toEqual([10, 30]);
  });

  it('cannot be written twice under one key, and nothing of the second transaction stays', async () => {
    await write(segment());
    await expect(write(segment({ firstOffset: 20 }), segment())).rejects.toThrow('duplicate key');
    expect(await segments.read(SLOT, SLOT)).toHaveLength(1);
  });

  it('are read by slots, both ends included, by family and by source, in order', async () => {
    await write(
      segment({ slot: SLOT + 2 }),
      segment({ slot: SLOT + 1, family: 'region' }),
      segment({ slot: SLOT + 1, partition: 1 }),
      segment({ slot: SLOT }),
      segment({ slot: SLOT + 3 }),
    );
    const slots = async (...query: Parameters<SegmentRepository['read']>) =>
      (await segments.read(...query)).map(({ slot }) => slot - SLOT);
    expect(await slots(SLOT, SLOT + 2)).toEqual([0, 1, 1, 2]);
    expect(await slots(SLOT, SLOT + 3, 'region')).toEqual([1]);
    expect(await slots(SLOT, SLOT + 3, undefined, { topic: 'telemetry.outcomes', partition: 1 })).toEqual([1]);
  });

  it('of a day lie in one partition, made when it is first written, by writers side by side', async () => {
    await Promise.all(
      Array.from({ length: 4 }, (_unused, partition) =>
        write(segment({ partition }), segment({ partition, slot: SLOT + SEGMENT_DAY_SLOTS })),
      ),
    );
    expect(await dayTables()).toBe(2);
    expect(await db.database.query('select 1 from segment_overflow')).toEqual([]);
    expect(await segments.read(SLOT, SLOT + SEGMENT_DAY_SLOTS)).toHaveLength(8);
  });

  it('beyond the bound on days are kept in the overflow, and read like the others', async () => {
    const days = Array.from({ length: SEGMENT_DAYS_MAX + 3 }, (_unused, day) => SLOT + day * SEGMENT_DAY_SLOTS);
    await write(...days.map((slot) => segment({ slot })));
    expect(await dayTables()).toBe(SEGMENT_DAYS_MAX);
    expect(await segments.read(SLOT, days.at(-1) ?? 0)).toHaveLength(days.length);
  });

  it('of a day that lies in the overflow go on there when there is room again', async () => {
    const days = Array.from({ length: SEGMENT_DAYS_MAX + 1 }, (_unused, day) => SLOT + day * SEGMENT_DAY_SLOTS);
    const last = days.at(-1) ?? 0;
    await write(...days.map((slot) => segment({ slot })));
    await db.database.transaction((tx) => segments.dropBefore(tx, SLOT + 3 * SEGMENT_DAY_SLOTS));
    await write(segment({ slot: last, firstOffset: 30 }), segment({ slot: last + SEGMENT_DAY_SLOTS }));
    expect(await segments.read(last, last)).toHaveLength(2);
    expect(await dayTables()).toBe(SEGMENT_DAYS_MAX - 2);
  });

  it('of whole days before a slot are dropped, also from the overflow, and the day of the slot stays', async () => {
    const days = Array.from({ length: SEGMENT_DAYS_MAX + 2 }, (_unused, day) => SLOT + day * SEGMENT_DAY_SLOTS);
    await write(...days.map((slot) => segment({ slot })));
    const dropBefore = (slot: number) => db.database.transaction((tx) => segments.dropBefore(tx, slot));
    expect(await dropBefore(SLOT + SEGMENT_DAY_SLOTS + 5)).toEqual({ days: 1 });
    expect((await segments.read(0, days.at(-1) ?? 0))[0]?.slot).toBe(SLOT + SEGMENT_DAY_SLOTS);
    expect(await dropBefore((days.at(-1) ?? 0) + SEGMENT_DAY_SLOTS)).toEqual({ days: SEGMENT_DAYS_MAX - 1 });
    expect(await segments.read(0, days.at(-1) ?? 0)).toEqual([]);
    // A day that lay in the overflow gets its partition again.
    await write(segment({ slot: days.at(-1) ?? 0 }));
    expect(await dayTables()).toBe(1);
  });
});

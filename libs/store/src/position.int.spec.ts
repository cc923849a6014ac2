import { openTestDatabase, type TestDatabase } from '#testing';
import { createPositionRepository, type PositionRepository, type PositionStep } from './position.repository.js';

const STEP: PositionStep = {
  cluster: 'c1',
  consumer: 'aggregator',
  topic: 'telemetry.outcomes',
  partition: 1,
  incarnation: 1,
  expected: 5,
  next: 9,
};

describe('positions', () => {
  let db: TestDatabase;
  let positions: PositionRepository;
  beforeEach(async () => {
    db = await openTestDatabase();
    positions = createPositionRepository(db.database);
  });
  afterEach(() => db.close());
  const load = (startOffset = 5, cluster = 'c1') =>
    positions.load(cluster, 'aggregator', [{ topic: 'telemetry.outcomes', partition: 1, startOffset }]);

  it('begin where they are told when nothing is known, and stay where they are later, in the order asked for', async () => {
    await load(5);
    const both = await positions.load('c1', 'aggregator', [
      { topic: 'telemetry.probes', partition: 0 },
      { topic: 'telemetry.outcomes', partition: 1, startOffset: 77 },
    ]);
    expect(both).toEqual([
      { topic: 'telemetry.probes', partition: 0, nextOffset: 0, incarnation: 1 },
      { topic: 'telemetry.outcomes', partition: 1, nextOffset: 5, incarnation: 1 },
    ]);
    expect(await load(3, 'another')).toMatchObject([{ nextOffset: 3 }]);
  });

  it.each([
    ['another offset', { expected: 4 }],
    ['another incarnation', { incarnation: 2 }],
    ['another consumer', { consumer: 'rules' }],
    ['another cluster', { cluster: 'c2' }],
    ['another partition', { partition: 2 }],
  ] as const)('refuse a step that believes %s, and stay', async (_what, changes) => {
    await load();
    expect(await positions.advance(db.database, { ...STEP, ...changes })).toBe(false);
    expect(await load()).toMatchObject([{ nextOffset: 5 }]);
  });

  it('let one of two consumers with the same belief step', async () => {
    await load();
    const steps = await Promise.all([
      positions.advance(db.database, STEP),
      positions.advance(db.database, { ...STEP, next: 11 }),
    ]);
    expect(steps.toSorted()).toEqual([false, true]);
    expect((await load())[0]?.nextOffset).toBe(steps[0] ? 9 : 11);
  });

  it('step back to where they were when the transaction fails', async () => {
    await load();
    const failing = db.database.transaction(async (tx) => {
      expect(await positions.advance(tx, STEP)).toBe(true);
      throw new Error('planned');
    });
    await expect(failing).rejects.toThrow('planned');
    expect(await load()).toMatchObject([{ nextOffset: 5 }]);
  });

  it('refuse a zombie of an incarnation that is over', async () => {
    await load();
    expect(await positions.reincarnate(db.database, { ...STEP, next: 0 })).toBe(true);
    expect(await load()).toMatchObject([{ nextOffset: 0, incarnation: 2 }]);
    expect(await positions.advance(db.database, { ...STEP, expected: 0 })).toBe(false);
  });
});

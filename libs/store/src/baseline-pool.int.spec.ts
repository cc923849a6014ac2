import { openTestDatabase, type TestDatabase } from '#testing';
import { createBaselinePoolRepository } from './baseline-pool.repository.js';

describe('pools of the baselines', () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await openTestDatabase();
  });
  afterEach(() => db.close());

  it('gives back what was written last, oldest first, byte for byte; what is not held goes', async () => {
    const pools = createBaselinePoolRepository(db.database);
    const large = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251);
    const rows = [
      { pool: 8, body: large },
      { pool: 7, body: Uint8Array.of(1, 0, 255) },
    ];
    await pools.write(db.database, rows, [6, 7, 8]);
    const read = await pools.read();
    expect(read.map(({ pool }) => pool)).toEqual([7, 8]);
    expect(read.map(({ body }) => Uint8Array.from(body))).toEqual([Uint8Array.of(1, 0, 255), large]);
    await pools.write(db.database, [{ pool: 8, body: Uint8Array.of(1) }], [8, 9]);
    const [only, ...more] = await pools.read();
    expect([only?.pool, Uint8Array.from(only?.body ?? []), more]).toEqual([8, Uint8Array.of(1), []]);
  });

  it('nothing to write drops nothing, and a transaction that fails keeps what was there', async () => {
    const pools = createBaselinePoolRepository(db.database);
    await pools.write(db.database, [{ pool: 7, body: Uint8Array.of(1) }], [7]);
    await pools.write(db.database, [], []);
    const failed = db.database.transaction(async (tx) => {
      await pools.write(tx, [{ pool: 9, body: Uint8Array.of(2) }], [9]);
      throw new Error('somebody else was first');
    });
    await expect(failed).rejects.toThrow('somebody else was first');
    expect((await pools.read()).map(({ pool }) => pool)).toEqual([7]);
  });
});

import { openTestDatabase, type TestDatabase } from '#testing';
import { createSignalMinuteRepository, SIGNAL_MINUTES_KEPT } from './signal-minute.repository.js';

describe('minutes of signals', () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await openTestDatabase();
  });
  afterEach(() => db.close());

  it('gives back what was written, ascending; a minute is written once, whoever comes second', async () => {
    const minutes = createSignalMinuteRepository(db.database);
    await minutes.write(db.database, []);
    await minutes.write(db.database, [
      { minute: 8, counts: { fleet: [4, 5, 6] } },
      { minute: 7, counts: { fleet: [1, 2, 3], 'v1+c1|europe': [1, 2, 3] } },
    ]);
    await minutes.write(db.database, [{ minute: 8, counts: { fleet: [0, 0, 0] } }]);
    expect(await minutes.read()).toEqual([
      { minute: 7, counts: { fleet: [1, 2, 3], 'v1+c1|europe': [1, 2, 3] } },
      { minute: 8, counts: { fleet: [4, 5, 6] } },
    ]);
  });

  it('keeps three days', async () => {
    const minutes = createSignalMinuteRepository(db.database);
    await minutes.write(db.database, [{ minute: 1, counts: {} }]);
    await minutes.write(db.database, [{ minute: 2, counts: {} }]);
    await minutes.write(db.database, [{ minute: 1 + SIGNAL_MINUTES_KEPT, counts: {} }]);
    expect((await minutes.read()).map(({ minute }) => minute)).toEqual([2, 1 + SIGNAL_MINUTES_KEPT]);
  });
});

import { event, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { historyPlan, onCallChapter } from './history/event-history-on-call.fixture.js';
import { HISTORY_AT_MS as T, tell } from './history/event-history.fixture.js';
import { createEventStore } from './event-store.js';
import { createOnCallRepository } from './on-call.repository.js';

const HOUR_MS = 3_600_000;

describe('who is called, in PostgreSQL', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase();
    await tell(
      createEventStore(db.database, () => T),
      onCallChapter,
    );
  });
  afterAll(() => db.close());

  it('the last plan that was loaded is in force', async () => {
    expect(await createOnCallRepository(db.database).inForce()).toEqual({
      version: 2,
      sha256: '2'.repeat(64),
      source: 'on-call.yml',
      isFile: true,
      plan: historyPlan,
      loadedAt: T + 2,
      loadedBy: expect.any(String),
    });
  });

  it('overrides that are over or withdrawn do not count, and are still known', async () => {
    const repository = createOnCallRepository(db.database);
    expect(await repository.overrides(T)).toMatchObject([{ scheduleOverrideId: 'so2', fromMs: T + HOUR_MS }]);
    expect(await repository.overrides(T + 2 * HOUR_MS)).toEqual([]);
    expect(await repository.override('so1')).toMatchObject({ withdrawnAt: T + 20, withdrawnBy: 'user:alice' });
    expect(await repository.override('so3')).toBeUndefined();
  });

  it('what was refused stands until a plan is loaded', async () => {
    const repository = createOnCallRepository(db.database);
    expect(await repository.versionOf('on-call')).toBe(5);
    expect(await repository.versionOf('on-call-reload')).toBe(4);
    expect(await repository.reload()).toMatchObject({
      askedVersion: 1,
      refusedAt: T + 2,
      refusedProblems: ['on-call.yml:2:1: wrong again'],
    });
    const again = { version: 3, sha256: '3'.repeat(64), source: 'user:alice', plan: historyPlan, at: T + 30 };
    await tell(
      createEventStore(db.database, () => T),
      [[streamOf.onCall, 5, [event('OnCallLoaded', again)]]],
    );
    expect(await repository.reload()).toMatchObject({ askedVersion: 1, refusedAt: null, refusedProblems: null });
    expect(await repository.inForce()).toMatchObject({ version: 3, isFile: false });
  });
});

import { TOPICS } from '#contracts';
import { type EventLog, openEmbeddedLog } from '#event-log';
import { openTestDatabase, type TestDatabase } from '#testing';
import { ensureTopics } from './ensure-topics.js';

let test: TestDatabase;
let log: EventLog;
beforeAll(async () => {
  test = await openTestDatabase();
  log = await openEmbeddedLog({ connection: () => test.connection });
});
afterAll(async () => {
  await log.close();
  await test.close();
});

describe('ensureTopics', () => {
  it('makes every topic once, with the outcomes in as many partitions as were asked for', async () => {
    await Promise.all([ensureTopics(log, 3), ensureTopics(log, 3)]);
    const counts = await Promise.all(Object.keys(TOPICS).map((topic) => log.offsets(topic as keyof typeof TOPICS)));
    expect(counts.map(({ length }) => length)).toEqual([3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('refuses another number for a topic that exists, and says which one it has', async () => {
    await expect(ensureTopics(log, 6)).rejects.toThrow(/^OUTCOME_PARTITIONS: .* has 3 partitions, not 6; .*=3$/);
    expect(await log.offsets('telemetry.outcomes')).toHaveLength(3);
  });

  it('tells of a log that cannot be reached what it is, not that a setting is wrong', async () => {
    const nowhere = {
      ...log,
      clusterId: '',
      ensureTopics: () => Promise.reject(new Error('away')),
      offsets: () => Promise.reject(new Error('away too')),
    };
    await expect(ensureTopics(nowhere, 3)).rejects.toThrow(/^away$/);
  });
});

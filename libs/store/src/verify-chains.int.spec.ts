import { event, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { HISTORY_AT_MS, tellHistory } from './history/event-history.fixture.js';
import { createEventStore } from './event-store.js';
import { verifyChains } from './verify-chains.js';

describe('verifyChains', () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await openTestDatabase();
    await tellHistory(
      db.database,
      createEventStore(db.database, () => HISTORY_AT_MS),
    );
  });
  afterEach(() => db.close());

  /** What the owner of the database can do, and the trigger cannot prevent. */
  const tamper = async (statement: string): Promise<void> => {
    await db.database.transaction(async (tx) => {
      await tx.query('alter table event disable trigger user');
      await tx.query(statement);
      await tx.query('alter table event enable trigger user');
    });
  };

  it('finds nothing where nothing was changed, over more than one page of events', async () => {
    const store = createEventStore(db.database, () => HISTORY_AT_MS);
    const many = Array.from({ length: 1_200 }, () => event('ApiKeyRevoked', { keyId: 'k9' }));
    await store.append([{ stream: streamOf.key('k9'), expectedVersion: 0, events: many }], { actor: 'a', cause: 'c' });
    const { streams, events, broken } = await verifyChains(db.database);
    expect(broken).toEqual([]);
    expect(events).toBeGreaterThan(1_200);
    expect(streams).toBeGreaterThan(15);
  });

  it.each([
    ['data', `data = jsonb_set(data, '{impact,score}', '91')`],
    ['actor', `actor = 'user:mallory'`],
    ['cause', `cause = 'another'`],
    ['time of recording', 'recorded_at_ms = recorded_at_ms + 1'],
    ['audit', `audit = '{"subject":"key:k9","keyId":"k9","via":"rest"}'`],
    ['type', `type = 'IncidentResolved'`],
    ['hash', `hash = repeat('a', 64)`],
  ])('B18: finds an event whose %s was changed, and names it', async (_what, change) => {
    await tamper(`update event set ${change} where stream = 'incident-in1' and version = 3`);
    expect((await verifyChains(db.database)).broken).toEqual([{ stream: 'incident-in1', version: 3 }]);
  });

  it('B18: finds a cut tail', async () => {
    await tamper(`delete from event where stream = 'incident-in1' and version >= 5`);
    expect((await verifyChains(db.database)).broken).toEqual([{ stream: 'incident-in1', version: 5 }]);
  });

  it('B18: finds an event that was taken out of the middle', async () => {
    await tamper(`delete from event where stream = 'incident-in1' and version = 2`);
    expect((await verifyChains(db.database)).broken).toEqual([{ stream: 'incident-in1', version: 2 }]);
  });

  it('B18: finds a stream that was removed whole', async () => {
    await tamper(`delete from event where stream = 'key-k1'`);
    expect((await verifyChains(db.database)).broken).toEqual([{ stream: 'key-k1', version: 1 }]);
  });

  it('B18: finds two events of different streams that changed places, though each stream is still in order', async () => {
    const place = async (stream: string): Promise<number> => {
      const rows = await db.database.query<{ position: number }>(
        'select position from event where stream = $1 and version = 1',
        [stream],
      );
      return rows[0]?.position ?? -1;
    };
    const [first, second] = [await place('key-k1'), await place('key-k2')];
    expect(second).toBe(first + 1);
    await tamper(`update event set position = 1000001 where position = ${first}`);
    await tamper(`update event set position = ${first} where position = ${second}`);
    await tamper(`update event set position = ${second} where position = 1000001`);
    expect((await verifyChains(db.database)).broken).toEqual([
      { stream: 'key-k2', version: 1 },
      { stream: 'key-k1', version: 1 },
    ]);
  });
});

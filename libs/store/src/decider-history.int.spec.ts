import { streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { createDeciderHistory, HISTORY_EVENTS_MAX } from './decider-history.js';
import { HISTORY_AT_MS as T, tellHistory } from './event-history.fixture.js';
import { createEventStore, type EventStore } from './event-store.js';

const LATER = T + 1;

describe('the history of the deciders', () => {
  let db: TestDatabase;
  let store: EventStore;
  beforeAll(async () => {
    db = await openTestDatabase();
    store = createEventStore(db.database, () => T);
    await tellHistory(db.database, store);
  });
  afterAll(() => db.close());

  const read = (sinceMs: number, after = 0) => createDeciderHistory(db.database).read(sinceMs, after);
  const streamsOf = (events: Awaited<ReturnType<typeof read>>) =>
    [...new Set(events.map(({ stream }) => stream))].sort();
  const namesOf = async (table: string, prefix: string, column: string, open: string) =>
    (await db.database.query<{ name: string }>(`select ${column} as name from ${table} where ${open}`)).map(
      ({ name }) => `${prefix}-${name}`,
    );

  it('gives what had an event since, each stream from its first event, in the global order', async () => {
    const events = await read(T);
    const all = (await store.readAll(0, HISTORY_EVENTS_MAX)).filter(({ stream }) =>
      /^(alert|incident|rollout|rollback)-/.test(stream),
    );
    expect(events).toEqual(all);
  });

  it('gives of what is older only what is open, and that whole', async () => {
    const events = await read(LATER);
    const open = [
      ...(await namesOf('alert', 'alert', 'alert_id', `state <> 'resolved'`)),
      ...(await namesOf('incident', 'incident', 'incident_id', `status <> 'resolved'`)),
      ...(await namesOf('rollout', 'rollout', 'rollout_id', `status = 'running'`)),
      ...(await namesOf('rollback', 'rollback', 'rollback_id', `status = 'running'`)),
    ];
    expect(streamsOf(events)).toEqual(open.sort());
    expect(streamsOf(events)).toContain(streamOf.alert('al2'));
    expect(streamsOf(events)).not.toContain(streamOf.alert('al1'));
    for (const stream of open)
      expect(events.filter((each) => each.stream === stream)).toEqual(await store.readStream(stream));
  });

  it('goes on after a position', async () => {
    const events = await read(T);
    const middle = events[Math.floor(events.length / 2)]?.position ?? 0;
    expect(await read(T, middle)).toEqual(events.filter(({ position }) => position > middle));
  });
});

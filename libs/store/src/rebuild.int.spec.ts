import { eventSchemas, type EventType } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import type { Queryable } from './database.js';
import { escalationsChapter } from './history/event-history-escalations.fixture.js';
import { HISTORY_AT_MS, tell, tellHistory } from './history/event-history.fixture.js';
import { createEventStore, type EventStore } from './event-store.js';
import type { Projection } from './projections/projection.js';
import { PROJECTION_TABLES, PROJECTIONS } from './projections/projections.js';
import { quiet } from './history/quiet-history.fixture.js';
import { rebuildProjections } from './rebuild.js';

const ROWS = PROJECTION_TABLES.map(
  (table) => `select '${table}' as "table", to_jsonb(t)::text as row from ${table} t`,
).join(' union all ');

/** Every row of every read table, in canonical order. */
const dump = async (database: Queryable): Promise<Readonly<Record<string, readonly string[]>>> => {
  const tables: Record<string, string[]> = Object.fromEntries(PROJECTION_TABLES.map((table) => [table, []]));
  const rows = await database.query<{ table: string; row: string }>(`${ROWS} order by 1, 2`);
  for (const { table, row } of rows) tables[table]?.push(row);
  return tables;
};

const ignoring = (type: EventType): readonly Projection[] =>
  PROJECTIONS.map(({ tables, apply }) => ({
    tables,
    apply: async (tx, recorded) => {
      if (recorded.event.type !== type) await apply(tx, recorded);
    },
  }));

/** Tables that no event fills: the record itself, positions and counts of telemetry, configuration and work in hand. */
const RECORDS = new Set([
  'event',
  'event_head',
  'chain_anchor',
  'ingest_position',
  'segment',
  'segment_minute',
  'node_ledger',
  'batch_gap',
  'offset_gap',
  'signal_minute',
  'baseline_pool',
  'dead_letter',
  'dead_letter_total',
  'idempotent_request',
  'audit_verification',
  'channel',
  'delivery_claim',
  'delivery_lane',
  'delivery_bucket',
  'node_key_secret',
  'migration',
]);

/** What stands in the timeline alone, which is read from the events themselves. */
const TIMELINE_ONLY: ReadonlySet<EventType> = new Set([
  'SpilloverObserved',
  'SilenceMatched',
  'MaintenanceMatched',
  'IncidentNoted',
  'ReplyTaken',
  'AlertResolutionRequested',
  'ReceiverIncidentNamed',
  'ExternalChangeTold',
  'RunbookResultAttached',
]);

describe('rebuildProjections', () => {
  let db: TestDatabase;
  let store: EventStore;
  let before: Awaited<ReturnType<typeof dump>>;
  beforeAll(async () => {
    db = await openTestDatabase();
    store = createEventStore(db.database, () => HISTORY_AT_MS);
    await tellHistory(db.database, store);
    await tell(store, quiet);
    await tell(store, escalationsChapter);
    before = await dump(db.database);
  });
  afterAll(() => db.close());

  it('is tried on a history with every event type and a row in every read table', async () => {
    const events = await store.readAll(0, 1_000);
    expect(new Set(events.map(({ event }) => event.type))).toEqual(new Set(Object.keys(eventSchemas)));
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
  });

  it('gives every read table back, row by row', async () => {
    const { events } = await rebuildProjections(db.database);
    expect(events).toBe((await store.readAll(0, 1_000)).length);
    expect(await dump(db.database)).toEqual(before);
  });

  it('repairs every read table when its rows were lost', async () => {
    for (const table of PROJECTION_TABLES) await db.database.query(`delete from ${table}`);
    const lost = Object.fromEntries(PROJECTION_TABLES.map((table) => [table, []]));
    expect(await dump(db.database)).toEqual(lost);
    await rebuildProjections(db.database);
    expect(await dump(db.database)).toEqual(before);
  });

  describe('of projections that ignore an event', () => {
    // Each case rebuilds from the events, whatever the one before it left.
    afterAll(() => rebuildProjections(db.database));

    const projected = (Object.keys(eventSchemas) as EventType[]).filter((type) => !TIMELINE_ONLY.has(type));
    it.each(projected)('notices that %s has no effect', async (type) => {
      const rebuilt = rebuildProjections(db.database, ignoring(type)).then(() => dump(db.database));
      // A projection that cannot even be rebuilt is noticed as well.
      expect(await rebuilt.catch(() => 'failed')).not.toEqual(before);
    });
  });

  it('knows every table that is not one of the records it stands on', async () => {
    const rows = await db.database.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not relispartition order by 1`,
    );
    const names = rows.map(({ name }) => name).filter((name) => !name.startsWith('log_') && !RECORDS.has(name));
    expect(names).toEqual([...PROJECTION_TABLES].toSorted());
  });

  it('leaves the claims of deliveries in hand alone', async () => {
    await db.database.query(`insert into delivery_claim (delivery_id, claimed_until) values ('in hand', 1)`);
    await rebuildProjections(db.database);
    expect(await db.database.query('select delivery_id from delivery_claim')).toEqual([{ delivery_id: 'in hand' }]);
  });
});

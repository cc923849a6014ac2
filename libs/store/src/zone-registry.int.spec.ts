import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { event, streamOf, ZONE_TOLD_AFTER_MS } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { createCatalogueRepository } from './catalogue.repository.js';
import { createEventStore, type EventStore } from './event-store.js';
import { rebuildProjections } from './rebuild.js';
import { createZoneRegistryRepository, tellable } from './zone-registry.repository.js';

const T = 1_700_000_000_000;
let db: TestDatabase;
let store: EventStore;
let version: number;
beforeEach(async () => {
  db = await openTestDatabase();
  version = 0;
  store = createEventStore(db.database, () => T + version * 1_000);
});
afterEach(() => db.close());

const register = async (zonesOf: Readonly<Record<string, readonly string[]>>): Promise<void> => {
  const customers = Object.entries(zonesOf).map(([customerId, zones]) => {
    return { customerId, name: customerId, tier: 'tier1' as const, critical: false, zones: [...zones] };
  });
  const events = [event('CustomersRegistered', { customers })];
  await store.append([{ stream: streamOf.catalogue, expectedVersion: version, events }], { actor: 'a', cause: 'c' });
  version += 1;
};
const ids = async (): Promise<Readonly<Record<string, number>>> => {
  const { registry } = await createCatalogueRepository(db.database).load();
  return Object.fromEntries(registry.map(({ id, zone }) => [zone, id]));
};
const history = async (): Promise<void> => {
  await register({ ups: ['z.example', 'M.Example.'], delta: ['a.example', 'm.example'] });
  await register({ ups: ['c.example', 'z.example'] });
  await register({ delta: ['m.example', 'b.example'], ups: [] });
};

describe('the registry of zones', () => {
  it('numbers zones as events name them first, and never again', async () => {
    await register({ ups: ['z.example', 'M.Example.'], delta: ['a.example', 'm.example'] });
    expect(await ids()).toEqual({ 'z.example': 1, 'm.example': 2, 'a.example': 3 });
    await register({ ups: [], delta: ['b.example'] });
    expect(await ids()).toEqual({ 'z.example': 1, 'm.example': 2, 'a.example': 3, 'b.example': 4 });
    await register({ ups: ['c.example', 'a.example'] });
    expect(await ids()).toMatchObject({ 'a.example': 3, 'c.example': 5 });
  });

  it('has the same ids after a rebuild, and after the migration of a database that had none', async () => {
    await history();
    const read = () => db.database.query('select * from zone_registry order by zone_id');
    const before = await read();
    expect(before).toHaveLength(5);
    await rebuildProjections(db.database);
    expect(await read()).toEqual(before);
    await db.database.query('drop table zone_registry');
    await db.database.query(await readFile(join(process.cwd(), 'migrations/0024_zone_registry.sql'), 'utf8'));
    expect(await read()).toEqual(before);
  });

  it('is read on from an id, a page at a time', async () => {
    await history();
    const registry = createZoneRegistryRepository(db.database);
    const page = await registry.after(1, 2);
    expect(page.map(({ id, zone }) => [id, zone])).toEqual([
      [2, 'm.example'],
      [3, 'a.example'],
    ]);
    expect(await registry.after(5, 2)).toEqual([]);
  });

  it('is told up to the first id that is too new, so that none is passed over', () => {
    const zone = (id: number, addedAtMs: number) => ({ id, zone: `z${id}.example`, addedAtMs });
    const zones = [zone(1, T), zone(2, T + 1_000), zone(3, T)];
    expect(tellable(zones, T + ZONE_TOLD_AFTER_MS - 1)).toEqual([]);
    expect(tellable(zones, T + ZONE_TOLD_AFTER_MS)).toEqual([zone(1, T)]);
    expect(tellable(zones, T + ZONE_TOLD_AFTER_MS + 1_000)).toEqual(zones);
  });
});

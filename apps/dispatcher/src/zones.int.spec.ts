import { event, streamOf, ZONE_TOLD_AFTER_MS } from '#contracts';
import type { EventLog } from '#event-log';
import { createZoneRegistryRepository } from '#store';
import { World } from './dispatcher.fixture.js';
import { ZonesReconciler } from './zones.reconciler.js';

const TOPIC = 'registry.zones';
let world: World;
let version: number;
beforeEach(async () => {
  world = await World.open();
  version = 0;
});
afterEach(() => world.close());

/** Registers zones, old enough to be told. */
const registers = async (...zones: string[]): Promise<void> => {
  const customer = { customerId: `c${version}`, name: 'C', tier: 'tier1' as const, critical: false, zones };
  await world.tell(streamOf.catalogue, version, event('CustomersRegistered', { customers: [customer] }));
  version += 1;
  await world.clock.advance(ZONE_TOLD_AFTER_MS);
};
const published = async () => {
  const [{ low } = { low: 0 }] = await world.eventLog.offsets(TOPIC);
  const records = await world.eventLog.read({ topic: TOPIC, partition: 0, offset: low }, 1_000);
  return records.map(({ key, value }) => [key, JSON.parse(Buffer.from(value).toString()) as unknown]);
};
const publisher = (eventLog: EventLog = world.eventLog): ZonesReconciler =>
  new ZonesReconciler({ eventLog, clock: world.clock, registry: createZoneRegistryRepository(world.db.database) });
const recordOf = (id: number, zone: string) => [String(id), { id, zone }];

describe('the registry of zones in the log', () => {
  it('is published once by a dispatcher, and goes on where it was', async () => {
    const dispatcher = await world.dispatcher([]);
    await registers('a.example', 'b.example');
    await dispatcher.settle();
    await dispatcher.settle();
    expect(await published()).toEqual([recordOf(1, 'a.example'), recordOf(2, 'b.example')]);
    await registers('c.example');
    await dispatcher.settle();
    expect((await published()).slice(2)).toEqual([recordOf(3, 'c.example')]);
    expect(dispatcher.unready()).toBeUndefined();
  });

  it('holds an id back until every aggregator must have it', async () => {
    const zones = publisher();
    await registers('old.example');
    const customer = { customerId: 'new', name: 'N', tier: 'tier1' as const, critical: false, zones: ['new.example'] };
    await world.tell(streamOf.catalogue, version, event('CustomersRegistered', { customers: [customer] }));
    await world.clock.advance(ZONE_TOLD_AFTER_MS - 1);
    await zones.reconcile();
    expect(await published()).toEqual([recordOf(1, 'old.example')]);
    await world.clock.advance(1);
    await zones.reconcile();
    expect((await published()).slice(1)).toEqual([recordOf(2, 'new.example')]);
  });

  it('is repaired at the start: what is missing in the topic, or differs, and nothing else', async () => {
    await registers('a.example', 'b.example', 'c.example');
    const value = (id: number, zone: string) => Buffer.from(JSON.stringify({ id, zone }));
    await world.eventLog.append(TOPIC, [
      { key: '2', value: value(2, 'b.example') },
      { key: '3', value: value(3, 'other.example') },
      { key: '9', value: Buffer.from('no entry') },
    ]);
    await publisher().reconcile();
    expect(await world.eventLog.offsets(TOPIC)).toMatchObject([{ high: 5 }]);
    const records = await world.eventLog.read({ topic: TOPIC, partition: 0, offset: 3 }, 10);
    expect(records.map(({ key }) => key)).toEqual(['1', '3']);
  });

  it('is published by the next run when the append failed, whether it took effect or not', async () => {
    await registers('a.example');
    let failures = 1;
    const failing: EventLog = {
      ...world.eventLog,
      clusterId: world.eventLog.clusterId,
      append: async (topic, records) => {
        const appended = await world.eventLog.append(topic, records);
        if (failures-- > 0) throw new Error('the log is away');
        return appended;
      },
    };
    const zones = publisher(failing);
    await expect(zones.reconcile()).rejects.toThrow('the log is away');
    await zones.reconcile();
    expect(await published()).toEqual([recordOf(1, 'a.example'), recordOf(1, 'a.example')]);
  });
});

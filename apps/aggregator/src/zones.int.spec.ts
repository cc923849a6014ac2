import { event, HEADER, CONTENT_TYPE, encodeProtobuf, type OutcomeBatch, streamOf, TOPICS } from '#contracts';
import { decodeOwnBlock } from '#domain';
import { openEmbeddedLog } from '#event-log';
import { followCatalogue, type RunningCatalogueFollower, systemClock } from '#runtime';
import { createCatalogueRepository, createEventStore, type NewSegment } from '#store';
import { openTestDatabase, type TestDatabase, until } from '#testing';
import { AggregatorConsumer } from './aggregator.consumer.js';
import { createRandom, makeBatch, recordOf } from './fleet-history.fixture.js';
import { PartitionState } from './partition-state.js';
import { policyOf } from './tagged.fixture.js';
import { followZones } from './zone-customers.js';
import { unreadPartition } from './partition-state.fixture.js';

const T = Date.UTC(2026, 0, 5, 10);
/** The last belongs to nobody any more, and keeps its id. */
const ZONES = ['a.example', 'b.example', 'c.example', 'former.example'];

let db: TestDatabase;
let follower: RunningCatalogueFollower;
let unknown: number;
beforeEach(async () => {
  db = await openTestDatabase();
  unknown = 0;
  const store = createEventStore(db.database, () => T);
  const customersOf = (zones: string[]) => [
    { customerId: 'bank', name: 'Bank', tier: 'tier1' as const, critical: false, zones: ['b.example', 'a.example'] },
    { customerId: 'shop', name: 'Shop', tier: 'tier2' as const, critical: false, zones },
  ];
  const events = [['former.example', 'c.example'], ['c.example']].map((zones) =>
    event('CustomersRegistered', { customers: customersOf(zones) }),
  );
  await store.append([{ stream: streamOf.catalogue, expectedVersion: 0, events }], { actor: 'a', cause: 'c' });
  follower = await followCatalogue(createCatalogueRepository(db.database), systemClock, () => undefined);
});
afterEach(async () => {
  await follower.stop();
  await db.close();
});

/** The cells of a segment by key: the order of the rows says nothing. */
const cellsOf = ({ slot, family, body }: NewSegment) =>
  [...decodeOwnBlock(body).values()].flatMap(({ keys, counts, buckets = new Uint32Array(0) }) =>
    keys
      .map((key, row) => {
        const width = buckets.length / keys.length;
        return [slot, family, key, counts.slice(4 * row, 4 * row + 4), buckets.slice(row * width, (row + 1) * width)];
      })
      .toSorted(([, , a], [, , b]) => (String(a) < String(b) ? -1 : 1)),
  );

/** What a partition writes that holds this one batch. */
const segmentsOf = (batch: OutcomeBatch) => {
  const zones = followZones(follower, () => (unknown += 1));
  const state = new PartitionState(unreadPartition(), zones, policyOf({}, false));
  state.add({
    topic: 'telemetry.outcomes',
    partition: 0,
    offset: 0,
    key: batch.nodeId,
    value: encodeProtobuf(batch),
    headers: { [HEADER.contentType]: CONTENT_TYPE.protobuf },
    appendedAtMs: T,
  });
  state.passTo(T + 10_000);
  zones.stop();
  return (state.takeFlush()?.segments ?? []).flatMap(cellsOf);
};
const byId = (batch: OutcomeBatch, idOf: (zone: string) => number): OutcomeBatch => ({
  ...batch,
  zones: [],
  zoneIx: new Uint16Array(0),
  zoneId: Uint32Array.from(batch.zoneIx, (index) => idOf(batch.zones[index]!)),
});

describe('zones by id', () => {
  const random = createRandom(11);
  const dtUs = Array.from({ length: 500 }, () => Math.floor(random() * 3_000_000));
  const place = { nodeId: 'n1', seq: 1, t0Us: (T - 5_000) * 1_000 };
  const batch = { ...makeBatch(place, dtUs, random), zones: ZONES };

  it('give the same cells as the same zones by name', () => {
    const ids = new Map(follower.current().registry.map(({ id, zone }) => [zone, id]));
    const byName = segmentsOf(batch);
    expect(byName.length).toBeGreaterThan(5);
    expect(segmentsOf(byId(batch, (zone) => ids.get(zone)!))).toEqual(byName);
    expect(unknown).toBe(0);
  });

  it('that are unknown count for other, and are counted by batch', () => {
    const asOther = { ...batch, zones: ZONES.map(() => 'other') };
    expect(segmentsOf(byId(batch, () => 4_000_000_000))).toEqual(segmentsOf(asOther));
    expect(unknown).toBe(1);
  });
});

describe('zones of nobody', () => {
  it('beyond what a slot holds count for other, and a counter says how many', async () => {
    const log = await openEmbeddedLog({ connection: () => ({ ...db.connection }) });
    await log.ensureTopics(TOPICS);
    const zones = Array.from({ length: 1_010 }, (_, index) => `n${index}.example`);
    const place = { nodeId: 'n1', seq: 1, t0Us: systemClock.nowMs() * 1_000 };
    const scan = makeBatch(
      place,
      zones.map(() => 0),
    );
    await log.append('telemetry.outcomes', [recordOf({ ...scan, zones, zoneIx: Uint16Array.from(zones.keys()) })]);
    const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
    const consumer = new AggregatorConsumer({
      log,
      database: db.database,
      catalogue: followZones(follower, () => undefined),
      clock: systemClock,
      logger: silent as never,
      onCrash: (error) => {
        throw error;
      },
    });
    await consumer.start();
    await until('it is folded', () => consumer.counters.records === 1);
    expect(consumer.counters).toMatchObject({ otherZones: 10, zonesUnknown: 0 });
    await consumer.stop();
    await log.close();
  });
});

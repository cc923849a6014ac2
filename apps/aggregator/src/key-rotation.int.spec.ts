import { event, type Event, streamOf, TOPICS } from '#contracts';
import { type EventLog, type NewRecord, openEmbeddedLog } from '#event-log';
import { followNodeKeys, type RunningNodeKeyring, systemClock } from '#runtime';
import {
  createDeadLetterRepository,
  createEventStore,
  createNodeKeyRepository,
  createNodeLedger,
  createPositionRepository,
} from '#store';
import { openTestDatabase, type TestDatabase, until } from '#testing';
import { AggregatorConsumer } from './aggregator.consumer.js';
import { DeadLetterConsumer } from './dead-letter.consumer.js';
import { makeBatch, recordOf } from './fleet-history.fixture.js';
import { FLEET_SECRET, tagged } from './tagged.fixture.js';

const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} } as never;
const TOPIC = 'telemetry.outcomes';

describe('keys of a node that change while it sends', () => {
  let db: TestDatabase;
  let log: EventLog;
  let keys: RunningNodeKeyring;
  let aggregator: AggregatorConsumer;
  let letters: DeadLetterConsumer;
  let clockMs = 0;
  beforeEach(async () => {
    db = await openTestDatabase();
    log = await openEmbeddedLog({ connection: () => ({ ...db.connection }) });
    await log.ensureTopics(TOPICS);
    keys = await followNodeKeys({
      repository: createNodeKeyRepository(db.database),
      clock: systemClock,
      fleetSecret: FLEET_SECRET,
      isRequired: true,
      onError: () => undefined,
    });
    const parts = {
      log,
      database: db.database,
      clock: { nowMs: () => (clockMs += 400), sleep: systemClock.sleep },
      logger: silent,
      onCrash: (error: Error) => {
        throw error;
      },
    };
    aggregator = new AggregatorConsumer({
      ...parts,
      keys,
      catalogue: { customerOf: () => undefined, version: () => 1 },
    });
    letters = new DeadLetterConsumer(parts);
    await Promise.all([aggregator.start(), letters.start()]);
  });
  afterEach(async () => {
    await Promise.all([aggregator.stop(), letters.stop()]);
    await keys.stop();
    await log.close();
    await db.close();
  });

  let version = 0;
  const tell = async (...events: readonly Event[]): Promise<void> => {
    const store = createEventStore(db.database, systemClock.nowMs);
    const append = { stream: streamOf.nodeKeys('n1'), expectedVersion: version, events };
    version += events.length;
    expect(await store.append([append], { actor: 'test', cause: 'test' })).not.toHaveProperty('conflict');
  };
  const issue = (keyId: string) => tell(event('NodeKeyIssued', { keyId, nodeId: 'n1', at: systemClock.nowMs() }));
  const batch = (seq: number, keyId: string): NewRecord =>
    tagged(TOPIC, recordOf(makeBatch({ nodeId: 'n1', seq, t0Us: systemClock.nowMs() * 1_000 }, [0, 1])), keyId);
  const written = () =>
    until('everything is written', async () => {
      const ends = await log.offsets(TOPIC);
      const rows = await createPositionRepository(db.database).load(log.clusterId, 'aggregator', ends);
      return ends.every(({ high }, index) => rows[index]?.nextOffset === high);
    });
  const ledger = async () => (await createNodeLedger(db.database).list())[0];
  const reasons = () => createDeadLetterRepository(db.database).totals();

  it('P8: old and new count side by side, nothing is lost or doubled, and the old one ends when it was revoked', async () => {
    await issue('n1.1');
    // Nobody told the reader of the key: it looks by itself.
    await log.append(TOPIC, [batch(1, 'n1.1'), batch(2, 'n1.1')]);
    await written();
    await issue('n1.2');
    for (let seq = 3; seq <= 40; seq += 1) await log.append(TOPIC, [batch(seq, seq % 2 === 0 ? 'n1.1' : 'n1.2')]);
    const lastOld = batch(41, 'n1.1');
    await log.append(TOPIC, [lastOld]);
    await written();
    expect(await ledger()).toMatchObject({ batches: 41, counted: 82, duplicates: 0, rejected: 0, gap: 0 });
    await tell(event('NodeKeyRevoked', { keyId: 'n1.1', effectiveAt: systemClock.nowMs() }));
    await keys.refresh();
    await until(
      'the revocation is in effect',
      async () => systemClock.nowMs() > (keys.find('n1.1')?.revokedAtMs ?? Infinity),
    );
    await log.append(TOPIC, [batch(42, 'n1.2'), batch(43, 'n1.1'), lastOld, batch(43, 'n1.2')]);
    await written();
    expect(await ledger()).toMatchObject({ batches: 43, counted: 86, duplicates: 0, rejected: 0, gap: 0 });
    await until('letters are kept', async () => (await reasons()).length > 0);
    expect(await reasons()).toEqual([{ reason: 'NODE_KEY_REVOKED', records: 2 }]);
  });
});

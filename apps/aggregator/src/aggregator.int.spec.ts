import { type EventLog, openEmbeddedLog } from '#event-log';
import { systemClock } from '#runtime';
import { createNodeLedger, createPositionRepository, type Database, type LedgerTotals } from '#store';
import { TELEMETRY_TOPICS, TOPICS } from '#contracts';
import { openTestDatabase, type TestDatabase, until } from '#testing';
import { AggregatorConsumer } from './aggregator.consumer.js';
import { appendHistory, catalogue, createRandom, makeHistory, OUTCOMES_LOST } from './fleet-history.fixture.js';
import { recount, storedCells } from './recount.fixture.js';
import { mortalParts } from './mortal.fixture.js';
import { knownByTick, readTold, withoutRepetitions } from './told.fixture.js';

/** Of all telemetry topics. */
const PARTITIONS = TELEMETRY_TOPICS.reduce((sum, topic) => sum + TOPICS[topic].partitions, 0);
/** A bound for what hangs, nothing else: it takes some seconds, and many times that where the machine has other work. */
const WRITTEN_MS_MAX = 90_000;
const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
/** Every look at the clock takes 0.4 s, so that flushes come every few ticks. */
const hastyClock = () => {
  let ms = 0;
  return { nowMs: () => (ms += 400), sleep: systemClock.sleep };
};

describe('the aggregator', () => {
  let db: TestDatabase;
  let log: EventLog;
  beforeEach(async () => {
    db = await openTestDatabase();
    log = await openEmbeddedLog({ connection: () => ({ ...db.connection }) });
    await log.ensureTopics(TOPICS);
  });
  afterEach(async () => {
    await log.close();
    await db.close();
  });

  const history = makeHistory(7, 500, Date.UTC(2026, 0, 5, 10));
  const counted = history.flatMap(({ batch }) => (batch === undefined ? [] : [batch]));
  const cells = recount(counted, catalogue.customerOf);

  const open = (parts: { log?: EventLog; database?: Database; fetchRecordsMax?: number } = {}): AggregatorConsumer =>
    new AggregatorConsumer({
      log,
      database: db.database,
      catalogue,
      clock: hastyClock(),
      logger: silent as never,
      onCrash: (error) => {
        throw error;
      },
      ...parts,
    });
  const positions = async () => {
    const ends = (await Promise.all(TELEMETRY_TOPICS.map((topic) => log.offsets(topic)))).flat();
    const rows = await createPositionRepository(db.database).load(log.clusterId, 'aggregator', ends);
    return { ends, rows };
  };
  const isWritten = async (): Promise<boolean> => {
    const { ends, rows } = await positions();
    return ends.every(({ high }, index) => rows[index]?.nextOffset === high);
  };
  const runToEnd = async (consumer: AggregatorConsumer): Promise<void> => {
    await consumer.start();
    await until('everything is written', isWritten, WRITTEN_MS_MAX);
    await consumer.stop();
  };
  const ledger = (): Promise<readonly LedgerTotals[]> => createNodeLedger(db.database).list();
  /** As if nobody had ever read this log; answers where `slots` goes on. */
  const forgetAll = async (): Promise<number> => {
    await db.database.query('truncate ingest_position, segment, node_ledger, batch_gap, dead_letter');
    return (await log.offsets('slots'))[0]?.high ?? 0;
  };
  const known = async (fromOffset: number) => [...knownByTick(withoutRepetitions(await readTold(log, fromOffset)))];

  it('P2: every cell equals an independent recount, and the ledger names every outcome and gap', async () => {
    await appendHistory(log, db.database, history);
    await runToEnd(open());
    expect(await storedCells(db.database)).toEqual(cells);
    const totals = await ledger();
    for (const { nodeId, counted: inTime, late, batches, gap, gapBatches, difference } of totals) {
      const own = counted.filter((batch) => batch.nodeId === nodeId);
      const n = inTime + late;
      expect({ n, batches }).toEqual({ n: own.reduce((sum, batch) => sum + batch.n, 0), batches: own.length });
      expect(gapBatches).toBe(own.at(-1)!.seq - own.length);
      expect({ gap, difference }).toEqual({ gap: gapBatches * OUTCOMES_LOST, difference: 0 });
    }
    expect(totals.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(
      history.filter(({ topic, batch }) => topic === 'telemetry.outcomes' && batch === undefined).length,
    );
    expect(totals.reduce((sum, { late }) => sum + late, 0)).toBeGreaterThan(0);
  });

  it('the same log tells the same, whatever the size of fetches is', async () => {
    await appendHistory(log, db.database, history);
    await runToEnd(open());
    const whole = await known(0);
    const from = await forgetAll();
    await runToEnd(open({ fetchRecordsMax: 1 }));
    expect(await known(from)).toEqual(whole);
    expect(whole.length).toBeGreaterThan(100);
  });

  it('killed at any operation, before or after it took effect, it counts exactly and tells the same', async () => {
    await appendHistory(log, db.database, history);
    await runToEnd(open());
    const [whole, wholeLedger] = [await known(0), await ledger()];
    const from = await forgetAll();
    const random = createRandom(11);
    const committed = async () => (await positions()).rows.reduce((sum, { nextOffset }) => sum + nextOffset, 0);
    const steps = new Set<number>();
    for (let kills = 0; kills < 100 && !(await isWritten()); kills += 1) {
      // Loading takes two for each partition; what is left is a few appends and flushes. Small fetches let those come between.
      const mortal = mortalParts(log, db.database, 2 * PARTITIONS - 2 + Math.floor(random() * 60));
      const consumer = open({ ...mortal, fetchRecordsMax: 1 + Math.floor(random() * 4) });
      await consumer.start();
      await until('it is dead, or done', async () => mortal.isDead() || (await isWritten()), WRITTEN_MS_MAX);
      mortal.kill();
      await consumer.stop();
      steps.add(await committed());
    }
    await runToEnd(open());
    // Most lives wrote something, and died before the end.
    expect(steps.size).toBeGreaterThan(8);
    expect(await storedCells(db.database)).toEqual(cells);
    expect(await ledger()).toEqual(wholeLedger);
    expect(await known(from)).toEqual(whole);
  }, 300_000);

  it('a flush that failed, or whose answer was lost, is asked for: nothing is forgotten, nothing doubled', async () => {
    await appendHistory(log, db.database, history);
    let transactions = 0;
    const forgetful: Database = {
      ...db.database,
      query: (sql, values) => db.database.query(sql, values),
      transaction: async (work, options) => {
        const fault = consumer.counters.loads < PARTITIONS ? 0 : (transactions += 1) % 3;
        if (fault === 1) throw new Error('refused to begin');
        const result = await db.database.transaction(work, options);
        if (fault === 2) throw new Error('the answer was lost');
        return result;
      },
    };
    const consumer: AggregatorConsumer = open({ database: forgetful, fetchRecordsMax: 3 });
    await runToEnd(consumer);
    expect(consumer.counters.flushesInDoubt).toBeGreaterThan(4);
    expect(consumer.counters).toMatchObject({ refused: 0, loads: PARTITIONS });
    expect(await storedCells(db.database)).toEqual(cells);
  });

  it('two at once: the position refuses one of them, and nothing is doubled', async () => {
    await appendHistory(log, db.database, history);
    await runToEnd(open());
    const [whole, wholeLedger] = [await known(0), await ledger()];
    const from = await forgetAll();
    const other = await openEmbeddedLog({ connection: () => ({ ...db.connection }) });
    const both = [open({ fetchRecordsMax: 7 }), open({ log: other, fetchRecordsMax: 10 })];
    await Promise.all(both.map((consumer) => consumer.start()));
    await until('everything is written', isWritten, WRITTEN_MS_MAX);
    await Promise.all(both.map((consumer) => consumer.stop()));
    await other.close();
    expect(both.reduce((sum, { counters }) => sum + counters.refused, 0)).toBeGreaterThan(0);
    expect(await storedCells(db.database)).toEqual(cells);
    expect(await ledger()).toEqual(wholeLedger);
    expect(await known(from)).toEqual(whole);
  });
});

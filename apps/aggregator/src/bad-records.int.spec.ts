import { CONTENT_TYPE, HEADER, OTHER_KEY, TELEMETRY_TOPICS, TOPICS } from '#contracts';
import { type EventLog, type NewRecord, openEmbeddedLog } from '#event-log';
import { systemClock } from '#runtime';
import {
  createDeadLetterRepository,
  createNodeLedger,
  createOffsetGapRepository,
  createPositionRepository,
} from '#store';
import { openTestDatabase, type TestDatabase, until } from '#testing';
import { AggregatorConsumer } from './aggregator.consumer.js';
import { DeadLetterConsumer } from './dead-letter.consumer.js';
import { appendHistory, type HistoryRecord, jsonRecord, makeBatch, recordOf } from './fleet-history.fixture.js';
import { storedCells } from './recount.fixture.js';
import { readTold } from './told.fixture.js';

const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} } as never;
const AT_MS = Date.UTC(2026, 0, 5, 10);
const AT_US = AT_MS * 1_000;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const tickets = { type: 'tickets', count: 3, atUs: AT_US } as const;
const crash = (nodeId: string) =>
  ({ type: 'crash', nodeId, agentBootId: '1', atUs: AT_US, serverBootId: '1', detail: '' }) as const;

describe('records that are not as they should be', () => {
  let db: TestDatabase;
  let log: EventLog;
  let zones: Map<string, string>;
  let aggregator: AggregatorConsumer;
  let letters: DeadLetterConsumer;
  let clockMs = 0;
  beforeEach(async () => {
    db = await openTestDatabase();
    log = await openEmbeddedLog({ connection: () => ({ ...db.connection }) });
    await log.ensureTopics(TOPICS);
    zones = new Map();
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
      catalogue: { customerOf: (zone) => zones.get(zone), version: () => zones.size },
    });
    letters = new DeadLetterConsumer(parts);
  });
  afterEach(async () => {
    await Promise.all([aggregator.stop(), letters.stop()]);
    await log.close();
    await db.close();
  });

  const start = () => Promise.all([aggregator.start(), letters.start()]);
  const written = (topics: readonly (typeof TELEMETRY_TOPICS)[number][] = TELEMETRY_TOPICS) =>
    until('everything is written', async () => {
      const ends = (await Promise.all([...topics, 'telemetry.dead-letter' as const].map((t) => log.offsets(t)))).flat();
      const rows = await createPositionRepository(db.database).load(log.clusterId, 'aggregator', ends);
      return ends.every(({ high }, index) => rows[index]?.nextOffset === high);
    });
  const outcomes = (records: readonly NewRecord[]): readonly HistoryRecord[] =>
    records.map((record) => ({ topic: 'telemetry.outcomes', record, atMs: AT_MS }));
  const ledgerOf = async (nodeId: string) =>
    (await createNodeLedger(db.database).list()).find((totals) => totals.nodeId === nodeId);
  const good = (seq: number) => recordOf(makeBatch({ nodeId: 'n1', seq, t0Us: AT_US }, [0, 1]));

  it('each is a dead letter with its reason, and its neighbours count', async () => {
    const batch = good(1);
    await appendHistory(log, db.database, [
      ...outcomes([
        batch,
        { ...batch, headers: { [HEADER.contentType]: 'text/plain' } },
        { ...batch, headers: {} },
        { ...batch, value: text('no protobuf') },
        { ...batch, value: text('{}'), headers: { [HEADER.contentType]: CONTENT_TYPE.jsonColumns } },
        { ...recordOf(makeBatch({ nodeId: 'n2', seq: 1, t0Us: AT_US }, [0, 1, 2])), key: 'n1' },
        { ...batch, key: null, partition: 0 },
        good(2),
      ]),
      { topic: 'telemetry.nodes', record: jsonRecord('n1', crash('n1')), atMs: AT_MS },
      { topic: 'telemetry.nodes', record: jsonRecord('n1', crash('n2')), atMs: AT_MS },
      { topic: 'telemetry.nodes', record: { key: 'n1', value: text('{"type":"crash"}') }, atMs: AT_MS },
      { topic: 'telemetry.signals', record: { key: null, value: Uint8Array.of(0xff) }, atMs: AT_MS },
      { topic: 'telemetry.signals', record: jsonRecord(null, tickets), atMs: AT_MS },
    ]);
    await start();
    await until('every letter is kept', async () => aggregator.counters.deadLetters === 9);
    await written();
    const kept = await createDeadLetterRepository(db.database).list({ limit: 100 });
    expect(kept.map(({ topic, reason }) => `${topic} ${reason}`).toSorted()).toEqual([
      'telemetry.nodes BODY_INVALID',
      'telemetry.nodes NODE_FOREIGN',
      'telemetry.outcomes BODY_INVALID',
      'telemetry.outcomes BODY_UNPARSABLE',
      'telemetry.outcomes CONTENT_TYPE_UNKNOWN',
      'telemetry.outcomes CONTENT_TYPE_UNKNOWN',
      'telemetry.outcomes NODE_FOREIGN',
      'telemetry.outcomes NODE_FOREIGN',
      'telemetry.signals BODY_UNPARSABLE',
    ]);
    expect(kept.every(({ detail }) => detail.length > 0)).toBe(true);
    // Four that cannot be read and one in another node's name; the one without a key is nobody's.
    expect(await ledgerOf('n1')).toMatchObject({ counted: 4, batches: 2, rejected: 0, unreadable: 5, gap: 0 });
    expect(await ledgerOf('n2')).toBeUndefined();
    const told = await readTold(log);
    expect(told.flatMap(({ reports }) => reports)).toEqual([crash('n1')]);
    expect(told.flatMap(({ signals }) => signals)).toEqual([tickets]);
  });

  it('a letter is kept once, under its origin, or under its own place when that was HTTP', async () => {
    const letter = (origin: string): NewRecord => ({
      key: null,
      value: text('?'),
      headers: { [HEADER.reason]: 'BODY_INVALID', [HEADER.detail]: 'why', [HEADER.origin]: origin },
    });
    await log.append('telemetry.dead-letter', [
      letter('telemetry.outcomes/3/77'),
      letter('telemetry.outcomes/3/77'),
      letter('http'),
      letter('http'),
      { key: null, value: text('no headers') },
    ]);
    await start();
    await written();
    const kept = await createDeadLetterRepository(db.database).list({ limit: 100 });
    expect(kept.map(({ topic, partition, offset, reason }) => [topic, partition, offset, reason])).toEqual([
      ['telemetry.dead-letter', 0, 4, 'INTERNAL'],
      ['telemetry.dead-letter', 0, 3, 'BODY_INVALID'],
      ['telemetry.dead-letter', 0, 2, 'BODY_INVALID'],
      ['telemetry.outcomes', 3, 77, 'BODY_INVALID'],
    ]);
  });

  it('RR11, RR12: late outcomes count and no tick tells them, those from the future are rejected', async () => {
    const batch = (seq: number, aheadMs: number, dtUs: readonly number[]) =>
      recordOf(makeBatch({ nodeId: 'n1', seq, t0Us: AT_US + aheadMs * 1_000 }, dtUs));
    const at = (record: NewRecord, atMs: number): HistoryRecord => ({ topic: 'telemetry.outcomes', record, atMs });
    await appendHistory(log, db.database, [
      at(batch(1, 0, [0, 1, 2]), AT_MS),
      at(batch(2, -61_000, [0, 1]), AT_MS + 1_000),
      at(batch(3, 6_000, [0, 1_000_000, 90_000_000]), AT_MS + 2_000),
    ]);
    await start();
    await written();
    expect(await ledgerOf('n1')).toMatchObject({ counted: 5, late: 2, rejected: 1, batches: 3, duplicates: 0 });
    const slot = AT_MS / 1_000;
    const cells = await storedCells(db.database);
    expect(cells[`${slot - 61} fleet fleet`]?.counts).toEqual([2, 0, 0, 0]);
    const told = (await readTold(log)).flatMap(({ slots }) => slots.map((state) => state.slot));
    expect([...new Set(told)].toSorted((a, b) => a - b)).toEqual([slot, slot + 6, slot + 7]);
  });

  it('duplicates count once, missing batches are named until they arrive', async () => {
    await appendHistory(log, db.database, outcomes([good(1), good(5), good(5), good(3)]));
    await start();
    await written();
    expect(await ledgerOf('n1')).toMatchObject({ counted: 6, batches: 3, duplicates: 1, gapBatches: 2 });
    // Appended now, and of January: late, as what comes from a spool.
    await log.append('telemetry.outcomes', [good(3), good(2), good(4)]);
    await written();
    expect(await ledgerOf('n1')).toMatchObject({ counted: 6, late: 4, batches: 5, duplicates: 2, gapBatches: 0 });
    expect(aggregator.counters.duplicates).toBe(2);
  });

  it('a customer that is registered meanwhile has its zones from the next batch on', async () => {
    await start();
    await log.append('telemetry.outcomes', [recordOf(makeBatch({ nodeId: 'n1', seq: 1, t0Us: AT_US }, [0, 1]))]);
    await until('the first is read', () => aggregator.counters.records === 1);
    zones.set('a.example', 'bank');
    await log.append('telemetry.outcomes', [recordOf(makeBatch({ nodeId: 'n1', seq: 2, t0Us: AT_US }, [0, 1, 2]))]);
    await written();
    const cells = await storedCells(db.database);
    const slot = AT_MS / 1_000;
    expect(cells[`${slot} customer ${OTHER_KEY}`]?.counts).toEqual([2, 0, 0, 0]);
    expect(cells[`${slot} customer bank`]?.counts).toEqual([3, 0, 0, 0]);
  });

  it('P2: records that retention took are named in a row and told, and the partition goes on', async () => {
    await start();
    await log.append('telemetry.outcomes', [good(1)]);
    await written();
    await aggregator.stop();
    await log.append('telemetry.outcomes', [good(2), good(3), good(4)]);
    const [{ partition } = { partition: 0 }] = (await log.offsets('telemetry.outcomes')).filter(({ high }) => high > 0);
    const [head] = await db.database.query<{ chunk: number }>(
      `update log_head set low_offset = 3 where topic = 'telemetry.outcomes' and partition = $1 returning chunk`,
      [partition],
    );
    await db.database.query(`delete from log_record_${head?.chunk} where "offset" < 3`);
    const after = new AggregatorConsumer({
      log,
      database: db.database,
      catalogue: { customerOf: () => undefined, version: () => 1 },
      clock: { nowMs: () => (clockMs += 400), sleep: systemClock.sleep },
      logger: silent,
      onCrash: () => undefined,
    });
    await after.start();
    await written();
    await after.stop();
    expect(after.counters.lostOffsets).toBe(2);
    expect(await createOffsetGapRepository(db.database).list(log.clusterId)).toMatchObject([
      { topic: 'telemetry.outcomes', partition, incarnation: 1, from: 1, to: 3, cause: 'retention' },
    ]);
    const lost = { kind: 'records', from: 1, to: 3, cause: 'retention' };
    expect((await readTold(log)).flatMap(({ gaps }) => gaps ?? [])).toContainEqual(lost);
    expect(await ledgerOf('n1')).toMatchObject({ late: 4, batches: 2, gapBatches: 2 });
  });

  it('a topic that was made anew is read from its start under the next incarnation', async () => {
    await db.database.query(
      `insert into ingest_position (cluster_id, consumer, topic, partition, incarnation, next_offset)
       select $1, 'aggregator', 'telemetry.outcomes', p, 1, 900 from generate_series(0, 3) p`,
      [log.clusterId],
    );
    await appendHistory(log, db.database, outcomes([good(1)]));
    await start();
    await written();
    expect(aggregator.counters.reincarnations).toBe(4);
    expect(await ledgerOf('n1')).toMatchObject({ counted: 2 });
    expect((await readTold(log)).filter(({ topic }) => topic === 'telemetry.outcomes').at(-1)?.incarnation).toBe(2);
  });
});

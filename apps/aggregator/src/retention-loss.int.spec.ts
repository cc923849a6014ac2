import { TOPICS } from '#contracts';
import { createEngine, createSlidingWindows, windowsOf } from '#domain';
import { type EventLog, openEmbeddedLog } from '#event-log';
import { systemClock } from '#runtime';
import { createOffsetGapRepository, createPositionRepository } from '#store';
import { DEFAULT_RULES, openTestDatabase, type TestDatabase, until } from '#testing';
import { AggregatorConsumer } from './aggregator.consumer.js';
import { makeBatch, recordOf } from './fleet-history.fixture.js';
import { readTold } from './told.fixture.js';

const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} } as never;
const AT_US = Date.UTC(2026, 0, 5, 10) * 1_000;
const LOST = 1_000;
const good = (seq: number) => recordOf(makeBatch({ nodeId: 'n1', seq, t0Us: AT_US }, [0, 1]));

describe('retention that is faster than the aggregator', () => {
  let db: TestDatabase;
  let log: EventLog;
  let clockMs = 0;
  beforeEach(async () => {
    db = await openTestDatabase();
    log = await openEmbeddedLog({ connection: () => ({ ...db.connection }) });
    await log.ensureTopics(TOPICS);
  });
  afterEach(async () => {
    await log.close();
    await db.close();
  });

  const open = () =>
    new AggregatorConsumer({
      log,
      database: db.database,
      catalogue: { customerOf: () => undefined, version: () => 1 },
      clock: { nowMs: () => (clockMs += 400), sleep: systemClock.sleep },
      logger: silent,
      onCrash: (error) => {
        throw error;
      },
    });
  /** Counts what is in the log, to its end. */
  const countAll = async (): Promise<void> => {
    const aggregator = open();
    await aggregator.start();
    await until('everything is written', async () => {
      const ends = await log.offsets('telemetry.outcomes');
      const rows = await createPositionRepository(db.database).load(log.clusterId, 'aggregator', ends);
      return ends.every(({ high }, index) => rows[index]?.nextOffset === high);
    });
    await aggregator.stop();
  };
  const forgetBelow = async (partition: number, offset: number): Promise<void> => {
    const chunks = await db.database.query<{ chunk: number }>(
      `update log_head set low_offset = $2 where topic = 'telemetry.outcomes' and partition = $1 returning chunk`,
      [partition, offset],
    );
    for (const { chunk } of chunks)
      await db.database.query(`delete from log_record_${chunk} where "offset" < $1`, [offset]);
  };
  /** What the rules decide on what was told, and nothing else. */
  const decide = async () => {
    const options = {
      rules: DEFAULT_RULES,
      catalogue: { nodes: [], customers: [] },
      hash: (text: string) => text,
      sha256: (text: string) => text,
    };
    const engine = createEngine(options, createSlidingWindows(windowsOf(options)));
    const versions = new Map<string, number>();
    return (await readTold(log))
      .toSorted((a, b) => a.tick - b.tick)
      .flatMap((part) => {
        engine.apply(part);
        const events = engine
          .evaluate(part.tick)
          .flatMap(({ stream, events }) => events.map((event) => ({ stream, event })));
        for (const { stream, event } of events) {
          const version = (versions.get(stream) ?? 0) + 1;
          versions.set(stream, version);
          engine.evolve({ stream, version, event });
        }
        return events.map(({ event }) => event);
      });
  };

  it('P2: exactly 1,000 records are named in a row and in one warning, and nothing else is decided', async () => {
    await log.append('telemetry.outcomes', [good(1)]);
    await countAll();
    await log.append(
      'telemetry.outcomes',
      Array.from({ length: LOST + 1 }, (_, index) => good(index + 2)),
    );
    const [{ partition } = { partition: -1 }] = (await log.offsets('telemetry.outcomes')).filter(
      ({ high }) => high > 0,
    );
    await forgetBelow(partition, 1 + LOST);
    await countAll();
    const gaps = await createOffsetGapRepository(db.database).list(log.clusterId);
    expect(gaps).toMatchObject([{ topic: 'telemetry.outcomes', partition, from: 1, to: 1 + LOST, cause: 'retention' }]);
    const key = `telemetry.outcomes/${partition}`;
    const text = `1000 records of ${key} lost: retention of offsets 1 to 1000`;
    expect(await decide()).toMatchObject([
      { type: 'AlertFired', data: { rule: 'telemetry_lost', key, reason: { value: LOST, text } } },
    ]);
  }, 60_000);
});

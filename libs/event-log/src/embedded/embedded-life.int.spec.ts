import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase, startEmbeddedPostgres } from '#store';
import { MIGRATIONS_DIRECTORY, openTestDatabase, until, type TestDatabase } from '#testing';
import { LogUnavailable, OffsetOutOfRange, type EventLog, type LogRecord, type Subscription } from '../event-log.js';
import { Chunks } from './chunks.js';
import { openEmbeddedLog } from './embedded-log.js';
import { LogPool } from './log-pool.js';

const TOPIC = 'telemetry.nodes';
const TOPICS = { [TOPIC]: { partitions: 1, retentionMs: 86_400_000, compacted: false } };

const append = async (log: EventLog, ...values: number[]): Promise<void> =>
  void (await log.append(
    TOPIC,
    values.map((value) => ({ key: null, value: Uint8Array.of(value) })),
  ));
const reading = (seen: number[], from = 0): Subscription => ({
  group: 'test',
  topics: [TOPIC],
  loadPositions: async (assigned) => assigned.map((partition) => ({ ...partition, offset: from })),
  onBatch: async ({ records }) => {
    seen.push(...records.map(({ value }) => value[0] ?? -1));
    return { next: 'continue' };
  },
  batchBytesMax: 1 << 20,
  batchRecordsMax: 100,
  idleMs: 50,
});
const values = (records: readonly LogRecord[]): number[] => records.map(({ value }) => value[0] ?? -1);

describe('embedded event log, its chunks', () => {
  let test: TestDatabase;
  let pool: LogPool;
  let chunks: Chunks;
  const logs: EventLog[] = [];
  const open = async (): Promise<EventLog> => {
    const log = await openEmbeddedLog({ connection: () => ({ ...test.connection }) });
    await log.ensureTopics(TOPICS);
    logs.push(log);
    return log;
  };
  beforeEach(async () => {
    test = await openTestDatabase();
    pool = new LogPool({ connection: () => ({ ...test.connection }) }, 1);
    chunks = new Chunks(pool);
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
    await pool.close();
    await test.close();
  });
  // Another process begins and drops chunks: the logs under test are told nothing.
  const rotate = async (): Promise<void> => {
    await chunks.refresh(TOPIC);
    await chunks.rotate(TOPIC);
  };

  it('writers and readers follow when another process begins a chunk', async () => {
    const [writer, reader] = [await open(), await open()];
    const seen: number[] = [];
    await reader.subscribe(reading(seen));
    await append(writer, 1, 2);
    await until('the first chunk is read', () => seen.length === 2);
    await rotate();
    await append(writer, 3);
    await until('the second chunk is read', () => seen.length === 3);
    expect(values(await reader.read({ topic: TOPIC, partition: 0, offset: 0 }, 10))).toEqual([1, 2]);
    expect(values(await reader.read({ topic: TOPIC, partition: 0, offset: 2 }, 10))).toEqual([3]);
    expect(await reader.offsetAt({ topic: TOPIC, partition: 0 }, 0)).toBe(0);
  });

  it('loses nothing to writers that meet a new chunk in the middle', async () => {
    const writers = [await open(), await open(), await open()];
    const seen: number[] = [];
    await writers[0]?.subscribe(reading(seen));
    await Promise.all([
      ...writers.map(async (log) => {
        for (let i = 0; i < 30; i++) await append(log, i);
      }),
      (async () => {
        for (let i = 0; i < 5; i++) await rotate();
      })(),
    ]);
    await until('all arrived', () => seen.length === 90);
    expect(await writers[0]?.offsets(TOPIC)).toEqual([{ topic: TOPIC, partition: 0, low: 0, high: 90 }]);
  });

  it('drops whole chunks, never the last; readers are told or go on at what is left', async () => {
    const log = await open();
    await append(log, 1, 2);
    await rotate();
    await append(log, 3);
    await chunks.dropOldest(TOPIC);
    await chunks.dropOldest(TOPIC);
    expect(await log.offsets(TOPIC)).toEqual([{ topic: TOPIC, partition: 0, low: 2, high: 3 }]);
    await expect(log.read({ topic: TOPIC, partition: 0, offset: 0 }, 1)).rejects.toBeInstanceOf(OffsetOutOfRange);
    const seen: number[] = [];
    await log.subscribe(reading(seen));
    await until('what is left was read', () => seen.length === 1);
    expect(seen).toEqual([3]);
  });

  it('refuses another number of partitions', async () => {
    const log = await open();
    await expect(log.ensureTopics({ [TOPIC]: { ...TOPICS[TOPIC], partitions: 2 } })).rejects.toThrow(
      /has 1 partitions/,
    );
  });
});

describe('embedded event log, when its server is killed', () => {
  it('B4: keeps what was accepted, takes more after a moment, and its readers go on', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-log-'));
    const server = await startEmbeddedPostgres({ dataDir });
    const database = openDatabase({ connection: server.connection, name: 'spec' });
    await migrate(database, MIGRATIONS_DIRECTORY);
    const log = await openEmbeddedLog({ connection: () => ({ ...server.connection() }), onUnreachable: server.ensure });
    await log.ensureTopics(TOPICS);
    const seen: number[] = [];
    await log.subscribe(reading(seen));
    await append(log, 1);
    await until('the first record is read', () => seen.length === 1);
    process.kill(
      Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]),
      'SIGKILL',
    );
    // The first try may meet the dying server and end in doubt; a sender repeats until it is told.
    const sent = await until('an append is accepted', () =>
      append(log, 2).then(
        () => true,
        (error: unknown) => (error instanceof LogUnavailable ? false : Promise.reject(error as Error)),
      ),
    );
    expect(sent).toBe(true);
    await until('it is read', () => seen.includes(2));
    expect(seen[0]).toBe(1);
    expect(seen.filter((value) => value === 1)).toHaveLength(1);
    await log.close();
    await database.close();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('fails an append in time when nobody answers', async () => {
    const test = await openTestDatabase();
    let isAway = false;
    let asked = 0;
    const log = await openEmbeddedLog({
      connection: () => (isAway ? { host: '/nowhere' } : { ...test.connection }),
      onUnreachable: async () => void asked++,
      appendTimeoutMs: 300,
    });
    await log.ensureTopics(TOPICS);
    isAway = true;
    await expect(append(log, 1)).rejects.toBeInstanceOf(LogUnavailable);
    // It tried more than once before it gave up.
    expect(asked).toBeGreaterThan(1);
    await log.close();
    await test.close();
  });
});

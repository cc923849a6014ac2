import type { Topic } from '#contracts';
import { until } from '#testing';
import { OffsetOutOfRange, type Consumer, type EventLog, type LogRecord, type Subscription } from './event-log.js';

/** A log under test, and what makes old records go away in it. */
export interface LogUnderTest {
  readonly log: EventLog;
  /** Forgets every record of a topic below an offset, as retention would. */
  readonly forgetBelow: (topic: Topic, partition: number, offset: number) => Promise<void>;
}

const TOPIC: Topic = 'telemetry.outcomes';
const ONE: Topic = 'telemetry.nodes';
const PARTITIONS = 4;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (record: LogRecord): string => new TextDecoder().decode(record.value);

/** A subscription that collects, with what a test wants otherwise. */
const collecting = (records: LogRecord[], other: Partial<Subscription> = {}): Subscription => ({
  group: 'test',
  topics: [ONE],
  loadPositions: async (assigned) => assigned.map((partition) => ({ ...partition, offset: 0 })),
  onBatch: async (batch) => {
    records.push(...batch.records);
    return { next: 'continue' };
  },
  batchBytesMax: 1 << 20,
  batchRecordsMax: 100,
  idleMs: 20,
  ...other,
});

/** What every adapter of the event log does. `open` gives a fresh, empty log. */
export const describeEventLog = (
  name: string,
  open: () => Promise<LogUnderTest & { close: () => Promise<void> }>,
): void => {
  describe(`${name} event log`, () => {
    let under: LogUnderTest & { close: () => Promise<void> };
    let log: EventLog;
    const consumers: Consumer[] = [];
    const subscribe = async (subscription: Subscription): Promise<Consumer> => {
      const consumer = await log.subscribe(subscription);
      consumers.push(consumer);
      return consumer;
    };
    const appendAll = async (...values: string[]): Promise<void> =>
      void (await log.append(
        ONE,
        values.map((value) => ({ key: 'n', value: bytes(value) })),
      ));

    beforeEach(async () => {
      under = await open();
      log = under.log;
      const settings = { retentionMs: 86_400_000, compacted: false };
      await log.ensureTopics({
        [TOPIC]: { partitions: PARTITIONS, ...settings },
        [ONE]: { partitions: 1, ...settings },
      });
    });
    afterEach(async () => {
      await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
      await under.close();
    });

    it('keeps values and headers as they were', async () => {
      const value = Uint8Array.from({ length: 256 }, (_, i) => i);
      await log.append(ONE, [{ key: 'node-1', value, headers: { 'content-type': 'x', ünï: '✓ "quoted"' } }]);
      const [record] = await log.read({ topic: ONE, partition: 0, offset: 0 }, 10);
      expect(Uint8Array.from(record?.value ?? [])).toEqual(value);
      expect(record?.headers).toEqual({ 'content-type': 'x', ünï: '✓ "quoted"' });
      expect(record?.key).toBe('node-1');
      expect(record?.offset).toBe(0);
    });

    it('keeps the order of one key, in one partition, with append times of whole ms that never decrease', async () => {
      for (let i = 0; i < 20; i++) await log.append(TOPIC, [{ key: 'node-7', value: bytes(String(i)) }]);
      const seen: LogRecord[] = [];
      await subscribe(collecting(seen, { topics: [TOPIC] }));
      await until('20 records arrived', () => seen.length === 20);
      expect(seen.map(text)).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
      expect(new Set(seen.map(({ partition }) => partition)).size).toBe(1);
      const times = seen.map(({ appendedAtMs }) => appendedAtMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.filter((time) => !Number.isInteger(time))).toEqual([]);
    });

    it('works in pieces: every function without its object', async () => {
      const { append, offsets, offsetAt, read, ensureTopics, subscribe } = log;
      await ensureTopics({ [ONE]: { partitions: 1, retentionMs: 86_400_000, compacted: false } });
      await append(ONE, [{ key: 'n', value: bytes('alone') }]);
      expect(await offsets(ONE)).toMatchObject([{ low: 0, high: 1 }]);
      expect(await offsetAt({ topic: ONE, partition: 0 }, 0)).toBe(0);
      expect((await read({ topic: ONE, partition: 0, offset: 0 }, 1)).map(text)).toEqual(['alone']);
      const seen: LogRecord[] = [];
      const { stop } = await subscribe(collecting(seen));
      await until('the record arrived', () => seen.length === 1);
      await stop();
    });

    it('puts a record where it is told, or where its key belongs', async () => {
      const told = await log.append(TOPIC, [{ key: 'a', value: bytes('x'), partition: 3 }]);
      expect(told).toEqual([{ topic: TOPIC, partition: 3, baseOffset: 0 }]);
      const keys = Array.from({ length: 64 }, (_, i) => `node-${i}`);
      const placed = await log.append(
        TOPIC,
        keys.map((key) => ({ key, value: bytes(key) })),
      );
      expect(placed.map(({ partition }) => partition).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    });

    it('loses nothing and leaves no gap with eight writers at once', async () => {
      const writers = Array.from({ length: 8 }, async (_, w) => {
        for (let i = 0; i < 10; i++) await appendAll(`${w}/${i}/a`, `${w}/${i}/b`);
      });
      const seen: LogRecord[] = [];
      await subscribe(collecting(seen));
      await Promise.all(writers);
      await until('160 records arrived', () => seen.length === 160);
      expect(seen.map(({ offset }) => offset)).toEqual(Array.from({ length: 160 }, (_, i) => i));
      expect(new Set(seen.map(text)).size).toBe(160);
    });

    it('begins where the positions say, after they are loaded, however often that fails', async () => {
      await appendAll('a', 'b', 'c');
      let tries = 0;
      const seen: LogRecord[] = [];
      const loadPositions: Subscription['loadPositions'] = async (assigned) => {
        if (++tries < 3) throw new Error('the database is away');
        return assigned.map((partition) => ({ ...partition, offset: 2 }));
      };
      await subscribe(collecting(seen, { loadPositions }));
      await until('the third record arrived', () => seen.length === 1);
      expect(seen.map(text)).toEqual(['c']);
      expect(tries).toBe(3);
    });

    it('delivers again what the subscriber did not accept', async () => {
      await appendAll('a', 'b');
      const seen: string[] = [];
      const onBatch: Subscription['onBatch'] = async (batch) => {
        seen.push(batch.records.map(text).join(''));
        return seen.length < 3 ? { next: 'seek', offset: 1 } : { next: 'continue' };
      };
      await subscribe(collecting([], { onBatch }));
      await until('three deliveries', () => seen.length === 3);
      expect(seen).toEqual(['ab', 'b', 'b']);
    });

    it('pauses one partition and resumes it; seek moves it', async () => {
      const seen: LogRecord[] = [];
      const consumer = await subscribe(collecting(seen, { topics: [TOPIC] }));
      const paused = { topic: TOPIC, partition: 1 };
      consumer.pause([paused]);
      await log.append(
        TOPIC,
        [0, 1].map((partition) => ({ key: null, value: bytes(`p${partition}`), partition })),
      );
      await until('the other partition arrived', () => seen.length === 1);
      await log.append(TOPIC, [{ key: null, value: bytes('p0 again'), partition: 0 }]);
      await until('and again', () => seen.length === 2);
      expect(seen.map(text)).toEqual(['p0', 'p0 again']);
      consumer.resume([paused]);
      await until('the paused one follows', () => seen.some((record) => record.partition === 1));
      consumer.seek({ topic: TOPIC, partition: 0 }, 0);
      await log.append(TOPIC, [{ key: null, value: bytes('wake'), partition: 0 }]);
      await until('it was read again', () => seen.filter((record) => text(record) === 'p0').length === 2);
    });

    it('bounds a batch by records and by bytes, and always makes progress', async () => {
      await appendAll(...Array.from({ length: 7 }, () => 'x'.repeat(1_000)));
      const sizes: number[] = [];
      const onBatch: Subscription['onBatch'] = async (batch) => {
        sizes.push(batch.records.length);
        return { next: 'continue' };
      };
      await subscribe(collecting([], { onBatch, batchRecordsMax: 3, batchBytesMax: 1_500 }));
      await until('all seven arrived', () => sizes.reduce((a, b) => a + b, 0) === 7);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(2);
    });

    it('never says it has caught up before everything appended until then was delivered', async () => {
      const seen: LogRecord[] = [];
      const lies: string[] = [];
      let told = 0;
      let toldUntilMs = 0;
      const onCaughtUp: Subscription['onCaughtUp'] = async (_, nextOffset, atMs) => {
        told++;
        toldUntilMs = atMs;
        if (nextOffset !== seen.length) lies.push(`told ${nextOffset}, saw ${seen.length}`);
      };
      const onBatch: Subscription['onBatch'] = async (batch) => {
        for (const record of batch.records) {
          if (record.appendedAtMs < toldUntilMs) lies.push(`record of ${record.appendedAtMs} after ${toldUntilMs}`);
          seen.push(record);
        }
        return { next: 'continue' };
      };
      await subscribe(collecting([], { onBatch, onCaughtUp, idleMs: 1 }));
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          for (let i = 0; i < 25; i++) await appendAll('x');
        }),
      );
      await until('all arrived', () => seen.length === 100);
      const before = told;
      await until('time passes on a quiet partition', () => told > before + 2);
      expect(lies).toEqual([]);
    });

    it('lets two groups read the same records', async () => {
      await appendAll('a');
      const one: LogRecord[] = [];
      const two: LogRecord[] = [];
      await subscribe(collecting(one, { group: 'one' }));
      await subscribe(collecting(two, { group: 'two' }));
      await until('both saw it', () => one.length === 1 && two.length === 1);
    });

    it('finds an offset by time', async () => {
      await appendAll('a');
      const [first] = await log.read({ topic: ONE, partition: 0, offset: 0 }, 1);
      const from = first?.appendedAtMs ?? 0;
      expect(await log.offsetAt({ topic: ONE, partition: 0 }, from)).toBe(0);
      expect(await log.offsetAt({ topic: ONE, partition: 0 }, from + 1_000_000)).toBe(1);
    });

    it('refuses to read what retention dropped, and a subscriber goes on at what is left', async () => {
      await appendAll('a', 'b', 'c');
      await under.forgetBelow(ONE, 0, 2);
      expect(await log.offsets(ONE)).toEqual([{ topic: ONE, partition: 0, low: 2, high: 3 }]);
      await expect(log.read({ topic: ONE, partition: 0, offset: 0 }, 1)).rejects.toBeInstanceOf(OffsetOutOfRange);
      await expect(log.read({ topic: ONE, partition: 0, offset: 9 }, 1)).rejects.toBeInstanceOf(OffsetOutOfRange);
      const seen: LogRecord[] = [];
      await subscribe(collecting(seen));
      await until('the record that is left arrived', () => seen.length === 1);
      expect(seen.map(text)).toEqual(['c']);
    });

    it('tells a crash when a handler throws, and stops', async () => {
      let crash: Error | undefined;
      const onBatch: Subscription['onBatch'] = async () => Promise.reject(new Error('a bug'));
      await subscribe(collecting([], { onBatch, onCrash: (error) => (crash = error) }));
      await appendAll('a');
      await until('the crash was told', () => crash !== undefined);
      expect(crash?.message).toBe('a bug');
    });
  });
};

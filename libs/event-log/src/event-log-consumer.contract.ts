import type { Topic } from '#contracts';
import { until } from '#testing';
import type { LogUnderTest } from './event-log.contract.js';
import type { Consumer, EventLog, RecordBatch, Subscription } from './event-log.js';

const TOPIC: Topic = 'telemetry.outcomes';
const PARTITIONS = 4;
const SETTINGS = { partitions: PARTITIONS, retentionMs: 86_400_000, compacted: false };

const numbers = (batch: RecordBatch): number[] => batch.records.map(({ value }) => value[0] ?? -1);

/** How every adapter treats its subscribers; `open` gives a fresh, empty log. */
export const describeLogConsumers = (
  name: string,
  open: () => Promise<LogUnderTest & { close: () => Promise<void> }>,
): void => {
  describe(`${name} event log, its consumers`, () => {
    let under: LogUnderTest & { close: () => Promise<void> };
    let log: EventLog;
    const consumers: Consumer[] = [];
    const subscribe = async (
      onBatch: Subscription['onBatch'],
      other: Partial<Subscription> = {},
    ): Promise<Consumer> => {
      const consumer = await log.subscribe({
        group: 'test',
        topics: [TOPIC],
        loadPositions: async (assigned) => assigned.map((partition) => ({ ...partition, offset: 0 })),
        onBatch,
        batchBytesMax: 1 << 20,
        batchRecordsMax: 2,
        idleMs: 5,
        ...other,
      });
      consumers.push(consumer);
      return consumer;
    };
    const append = (partition: number, ...values: number[]) =>
      log.append(
        TOPIC,
        values.map((value) => ({ key: null, value: Uint8Array.of(value), partition })),
      );

    beforeEach(async () => {
      under = await open();
      log = under.log;
      await log.ensureTopics({ [TOPIC]: SETTINGS });
    });
    afterEach(async () => {
      await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
      await under.close();
    });

    it('B4: never calls for one partition while a call for it runs, and keeps the others going', async () => {
      const running = new Map<number, number>();
      let overlaps = 0;
      let total = 0;
      let letGo = (): void => undefined;
      const held = new Promise<void>((done) => (letGo = done));
      const during = async (partition: number, work: () => Promise<void>): Promise<void> => {
        const before = running.get(partition) ?? 0;
        if (before > 0) overlaps++;
        running.set(partition, before + 1);
        await work();
        running.set(partition, before);
      };
      await subscribe(
        async (batch) => {
          await during(batch.partition, async () => {
            if (batch.partition === 0) await held;
            await new Promise((done) => setImmediate(done));
          });
          total += batch.records.length;
          return { next: 'continue' };
        },
        { onCaughtUp: ({ partition }) => during(partition, async () => new Promise((done) => setImmediate(done))) },
      );
      for (let i = 0; i < 5; i++)
        for (let partition = 0; partition < PARTITIONS; partition++) await append(partition, i, i);
      await until('the partitions that are not held are read', () => total === 10 * (PARTITIONS - 1));
      letGo();
      await until('the held one follows', () => total === 10 * PARTITIONS);
      expect(overlaps).toBe(0);
    });

    it('finishes the batch in hand when it is stopped, and calls no more', async () => {
      let letGo = (): void => undefined;
      const held = new Promise<void>((done) => (letGo = done));
      const seen: number[] = [];
      let isStale = (): boolean => false;
      const consumer = await subscribe(async (batch) => {
        isStale = batch.isStale;
        seen.push(...numbers(batch));
        await held;
        seen.push(-1);
        return { next: 'continue' };
      });
      await append(0, 1, 2, 3, 4);
      await until('a batch is in hand', () => seen.length === 2);
      expect(isStale()).toBe(false);
      let isStopped = false;
      const stopped = consumer.stop().then(() => (isStopped = true));
      expect(isStale()).toBe(true);
      await append(0, 5);
      expect(isStopped).toBe(false);
      letGo();
      await stopped;
      await log.append(TOPIC, [{ key: null, value: Uint8Array.of(6), partition: 0 }]);
      expect(seen).toEqual([1, 2, -1]);
    });

    it('delivers nothing before the positions are loaded, of any partition', async () => {
      let letGo = (): void => undefined;
      const held = new Promise<void>((done) => (letGo = done));
      const seen: string[] = [];
      await subscribe(
        async (batch) => {
          seen.push(`batch ${batch.partition}`);
          return { next: 'continue' };
        },
        {
          loadPositions: async (assigned) => {
            await held;
            seen.push(`loaded ${assigned.length}`);
            return assigned.map((partition) => ({ ...partition, offset: 0 }));
          },
        },
      );
      for (let partition = 0; partition < PARTITIONS; partition++) await append(partition, 1);
      expect(seen).toEqual([]);
      letGo();
      await until('all were delivered', () => seen.length === 1 + PARTITIONS);
      expect(seen[0]).toBe(`loaded ${PARTITIONS}`);
    });

    it('hears of each append, not only at the next poll', async () => {
      const seen: number[] = [];
      await subscribe(async (batch) => {
        seen.push(...numbers(batch));
        return { next: 'continue' };
      });
      // A hundred round trips, one after the other: at one poll a second they would not end within the test's time.
      for (let i = 0; i < 100; i++) {
        await append(i % PARTITIONS, i);
        await until(`record ${i} arrived`, () => seen.length === i + 1);
      }
    });

    it('goes on where a seek says, also from within a batch', async () => {
      const seen: string[] = [];
      let consumer: Consumer | undefined;
      await append(0, 1, 2, 3);
      consumer = await subscribe(
        async (batch) => {
          seen.push(numbers(batch).join(''));
          if (seen.length === 1) consumer?.seek({ topic: TOPIC, partition: 0 }, 2);
          return { next: 'continue' };
        },
        { batchRecordsMax: 1 },
      );
      await until('the record after the seek arrived', () => seen.includes('3'));
      expect(seen).toEqual(['1', '3']);
      consumer.seek({ topic: TOPIC, partition: 0 }, 1);
      await until('it was read again', () => seen.length === 4);
      expect(seen).toEqual(['1', '3', '2', '3']);
    });

    it('keeps a seek that comes while positions are loaded', async () => {
      let letGo = (): void => undefined;
      const held = new Promise<void>((done) => (letGo = done));
      let isLoading = false;
      const seen: number[] = [];
      await append(0, 1, 2, 3);
      const consumer = await subscribe(
        async (batch) => {
          seen.push(...numbers(batch));
          return { next: 'continue' };
        },
        {
          loadPositions: async (assigned) => {
            isLoading = true;
            await held;
            return assigned.map((partition) => ({ ...partition, offset: 0 }));
          },
        },
      );
      await until('positions are asked for', () => isLoading);
      consumer.seek({ topic: TOPIC, partition: 0 }, 2);
      letGo();
      await until('the record after the seek arrived', () => seen.includes(3));
      expect(seen).toEqual([3]);
    });

    it('B4: forgets nothing and repeats nothing of what concurrent writers were told is durable', async () => {
      const seen: number[][] = Array.from({ length: PARTITIONS }, () => []);
      await subscribe(async ({ partition, records }) => {
        seen[partition]?.push(...records.map(({ offset }) => offset));
        return { next: 'continue' };
      });
      const placed = await Promise.all(
        Array.from({ length: 200 }, (_, i) => log.append(TOPIC, [{ key: `k${i}`, value: Uint8Array.of(i) }])),
      );
      await until('all arrived', () => seen.flat().length === 200);
      const told = Array.from({ length: PARTITIONS }, (_, partition) =>
        placed
          .flat()
          .filter((p) => p.partition === partition)
          .map(({ baseOffset }) => baseOffset)
          .toSorted((a, b) => a - b),
      );
      expect(seen).toEqual(told);
    });
  });
};

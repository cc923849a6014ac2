import type { Topic } from '#contracts';
import { describeKafka, openTestKafkaLog, type TestKafkaLog, until } from '#testing';
import type { Consumer, EventLog, RecordBatch, Subscription, TopicPartition } from '../event-log.js';

const TOPIC: Topic = 'telemetry.outcomes';
const PARTITIONS = 4;
const ALL = [0, 1, 2, 3];

/** Positions and records as a database would keep them: a batch counts only where the position is. */
class Positions {
  readonly applied: number[][] = ALL.map(() => []);
  readonly next = ALL.map(() => 0);
  refused = 0;

  apply({ partition, records, nextOffset }: RecordBatch): void {
    if (records[0]?.offset !== this.next[partition]) {
      this.refused++;
      return;
    }
    this.applied[partition]?.push(...records.map(({ offset }) => offset));
    this.next[partition] = nextOffset;
  }

  get total(): number {
    return this.applied.flat().length;
  }
}

/** A consumer with what it was told. */
interface Member {
  readonly consumer: Consumer;
  readonly owned: Set<number>;
  readonly loads: number[][];
  readonly revoked: number[][];
}

const numbersOf = (partitions: readonly TopicPartition[]): number[] =>
  partitions.map(({ partition }) => partition).toSorted((a, b) => a - b);

describeKafka('a group of two consumers', () => {
  let under: TestKafkaLog;
  let positions: Positions;
  let appended = 0;
  const members: Member[] = [];

  beforeEach(async () => {
    under = await openTestKafkaLog();
    positions = new Positions();
    appended = 0;
    await under.log.ensureTopics({
      [TOPIC]: { partitions: PARTITIONS, retentionMs: 86_400_000, compacted: false },
    });
  });
  afterEach(async () => {
    await Promise.all(members.splice(0).map(({ consumer }) => consumer.stop()));
    await under.close();
  });

  const appendToAll = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const records = ALL.map((partition) => ({ key: null, value: Uint8Array.of(i), partition }));
      await under.log.append(TOPIC, records);
      appended += PARTITIONS;
    }
  };
  const join = async (log: EventLog, handle?: Subscription['onBatch']): Promise<Member> => {
    const [owned, loads, revoked] = [new Set<number>(), [] as number[][], [] as number[][]];
    const consumer = await log.subscribe({
      group: 'test',
      topics: [TOPIC],
      loadPositions: async (assigned) => {
        loads.push(numbersOf(assigned));
        for (const { partition } of assigned) owned.add(partition);
        return assigned.map((one) => ({ ...one, offset: positions.next[one.partition] ?? 0 }));
      },
      onBatch: async (batch) => {
        if (handle !== undefined) return handle(batch);
        if (!batch.isStale()) positions.apply(batch);
        return { next: 'continue' };
      },
      onRevoked: (partitions) => {
        revoked.push(numbersOf(partitions));
        for (const { partition } of partitions) owned.delete(partition);
      },
      batchBytesMax: 1 << 20,
      batchRecordsMax: 3,
      idleMs: 20,
    });
    const member = { consumer, owned, loads, revoked };
    members.push(member);
    return member;
  };
  const allArrived = () => until('all that was appended arrived', () => positions.total === appended);
  const areShared = (one: Member, other: Member) =>
    until('each has two partitions', () => one.owned.size === 2 && other.owned.size === 2);

  it('B4: moves partitions at a join and a leave, and loses and repeats nothing', async () => {
    const one = await join(under.log);
    await appendToAll(5);
    await allArrived();
    const other = await join(await under.openAnother());
    await Promise.all([appendToAll(20), areShared(one, other)]);
    await allArrived();
    expect([...one.owned, ...other.owned].toSorted((a, b) => a - b)).toEqual(ALL);
    expect(one.loads).toEqual([ALL, [...one.owned].toSorted((a, b) => a - b)]);
    expect(one.revoked).toEqual([ALL]);
    await other.consumer.stop();
    await Promise.all([appendToAll(20), until('the other partitions came back', () => one.owned.size === PARTITIONS)]);
    await allArrived();
    expect(positions.refused).toBe(0);
    expect(positions.applied).toEqual(ALL.map(() => Array.from({ length: appended / PARTITIONS }, (_, i) => i)));
  });

  it('B4: shows a batch in hand to be stale, counts its verdict no more, and waits for it before it reads that again', async () => {
    let letGo = (): void => undefined;
    const held = new Promise<void>((done) => (letGo = done));
    const inHand: RecordBatch[] = [];
    let isHeld = true;
    const hold: Subscription['onBatch'] = async (batch) => {
      if (isHeld) {
        inHand.push(batch);
        await held;
      }
      if (!batch.isStale()) positions.apply(batch);
      return { next: 'continue' };
    };
    const one = await join(under.log, hold);
    await appendToAll(2);
    await until('all partitions are in hand', () => inHand.length === PARTITIONS);
    expect(inHand.map((batch) => batch.isStale())).toEqual(ALL.map(() => false));
    const other = await join(await under.openAnother());
    await until('they are stale', () => inHand.every((batch) => batch.isStale()));
    await until('the other has its share and has read it', () => other.owned.size === 2 && positions.total === 4);
    expect(one.loads).toHaveLength(1);
    isHeld = false;
    letGo();
    await allArrived();
    expect(positions.refused).toBe(0);
    expect(positions.applied).toEqual(ALL.map(() => [0, 1]));
  });
});

import { describeKafka, openTestKafkaLog, type TestKafkaLog, until } from '#testing';
import type { Subscription } from '../event-log.js';

const SUBSCRIPTION = {
  topics: ['slots'],
  batchBytesMax: 1 << 20,
  batchRecordsMax: 3,
  idleMs: 20,
  onBatch: async () => ({ next: 'continue' }),
} as const satisfies Partial<Subscription>;

describeKafka('a group that has one consumer', () => {
  let under: TestKafkaLog;

  beforeEach(async () => {
    under = await openTestKafkaLog();
    await under.log.ensureTopics({ slots: { partitions: 1, retentionMs: 86_400_000, compacted: false } });
  });
  afterEach(() => under.close());

  const join = async (group: string, isGroupOwn: boolean) => {
    let isAssigned = false;
    const consumer = await under.log.subscribe({
      ...SUBSCRIPTION,
      group,
      isGroupOwn,
      loadPositions: async (assigned) => {
        isAssigned = true;
        return assigned.map((partition) => ({ ...partition, offset: 0 }));
      },
    });
    await until(`${group} has joined`, () => isAssigned);
    return consumer;
  };

  it('is gone from the broker after a clean stop, and one that others may join stays', async () => {
    const [own, shared] = await Promise.all([join('own', true), join('shared', false)]);
    expect([...(await under.groups())].sort()).toEqual(['own', 'shared']);
    await Promise.all([own.stop(), shared.stop()]);
    expect(await under.groups()).toEqual(['shared']);
  });
});

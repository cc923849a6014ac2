import { TOPICS } from '#contracts';
import { openTestDatabase } from '#testing';
import { describeLogConsumers } from '../event-log-consumer.contract.js';
import { describeEventLog, type LogUnderTest } from '../event-log.contract.js';
import { openEmbeddedLog } from './embedded-log.js';

const open = async (): Promise<LogUnderTest & { close: () => Promise<void> }> => {
  const { connection, database, close } = await openTestDatabase();
  const log = await openEmbeddedLog({ connection: () => ({ ...connection }) });
  return {
    log,
    forgetBelow: async (topic, partition, offset) => {
      const [head] = await database.query<{ chunk: number }>('select chunk from log_head where topic = $1', [topic]);
      const values = [partition, offset];
      await database.query(`delete from log_record_${head?.chunk} where partition = $1 and "offset" < $2`, values);
      await database.query('update log_head set low_offset = $3 where topic = $1 and partition = $2', [
        topic,
        partition,
        offset,
      ]);
    },
    close: async () => {
      await log.close();
      await close();
    },
  };
};

describeEventLog('embedded', open);
describeLogConsumers('embedded', open);

describe('the embedded log, told what time it is', () => {
  it('gives that time to what is appended and to who has caught up, and never goes back', async () => {
    const { connection, close } = await openTestDatabase();
    let ms = Date.UTC(2021, 6, 22, 11, 47);
    const log = await openEmbeddedLog({ connection: () => connection, nowMs: () => ms });
    await log.ensureTopics({ slots: TOPICS.slots });
    const append = () => log.append('slots', [{ key: null, value: new Uint8Array([1]) }]);
    await append();
    ms += 60_000;
    const caughtUp = new Promise<number>((done) => {
      void log.subscribe({
        group: 'a test',
        topics: ['slots'],
        batchBytesMax: 1 << 20,
        batchRecordsMax: 10,
        idleMs: 10,
        loadPositions: async (assigned) => assigned.map((partition) => ({ ...partition, offset: 0 })),
        onBatch: async () => ({ next: 'continue' }),
        onCaughtUp: async (_partition, _nextOffset, atMs) => done(atMs),
      });
    });
    expect(await caughtUp).toBe(ms);
    ms -= 30_000;
    await append();
    const records = await log.read({ topic: 'slots', partition: 0, offset: 0 }, 10);
    expect(records.map(({ appendedAtMs }) => appendedAtMs)).toEqual([ms - 30_000, ms + 30_000]);
    expect(await log.offsetAt({ topic: 'slots', partition: 0 }, ms)).toBe(1);
    await log.close();
    await close();
  });
});

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

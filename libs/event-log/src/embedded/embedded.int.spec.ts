import { openTestDatabase } from '#testing';
import { describeEventLog } from '../event-log.contract.js';
import { openEmbeddedLog } from './embedded-log.js';

describeEventLog('embedded', async () => {
  const { connection, database, close } = await openTestDatabase();
  const log = await openEmbeddedLog({ connection: () => ({ ...connection }) });
  return {
    log,
    forgetBelow: async (topic, partition, offset) => {
      await database.query('delete from log_record where topic = $1 and partition = $2 and "offset" < $3', [
        topic,
        partition,
        offset,
      ]);
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
});

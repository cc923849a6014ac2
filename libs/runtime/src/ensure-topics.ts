import { ConfigError } from '#config';
import { TOPICS } from '#contracts';
import type { EventLog } from '#event-log';

const OUTCOMES = 'telemetry.outcomes';

/** Every topic, with the partitions that were asked for; a topic that has another number is not touched. */
export const ensureTopics = async (eventLog: EventLog, partitions: number): Promise<void> => {
  const topics = { ...TOPICS, [OUTCOMES]: { ...TOPICS[OUTCOMES], partitions } };
  const failure = await eventLog.ensureTopics(topics).then(
    () => undefined,
    (error: Error) => error,
  );
  const { length: found } = await eventLog.offsets(OUTCOMES).catch(() => []);
  if (found !== 0 && found !== partitions)
    throw new ConfigError([
      `OUTCOME_PARTITIONS: ${OUTCOMES} has ${found} partitions, not ${partitions}; they cannot be changed later, since a node's ` +
        `batches would change their partition and lose their order. Set OUTCOME_PARTITIONS=${found}`,
    ]);
  if (failure !== undefined) throw failure;
};

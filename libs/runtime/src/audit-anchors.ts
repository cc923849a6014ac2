import { type FollowedHead, followedHeadSchema, KEPT_HEADS_MAX } from '#contracts';
import type { EventLog } from '#event-log';

const TOPIC = 'audit-anchor';
const HEADERS = { 'content-type': 'application/json' };
/** Heads of one read: 220 bytes each. */
const READ_MAX = 2_000;

/** Appends how far the events went, and the digest over them, where it is not the database that keeps it (on Kafka). */
export const keepHead = async (eventLog: EventLog, head: FollowedHead): Promise<void> => {
  await eventLog.append(TOPIC, [{ key: null, value: Buffer.from(JSON.stringify(head)), headers: HEADERS }]);
};

const headIn = (value: Uint8Array): readonly FollowedHead[] => {
  try {
    const read = followedHeadSchema.safeParse(JSON.parse(Buffer.from(value).toString('utf8')));
    return read.success ? [read.data] : [];
  } catch {
    return [];
  }
};

/**
 * The heads that were kept, oldest first, at most `count` of the newest; what is no head is passed over, since whoever may write to the log
 * can only add what will not fit.
 */
export const readKeptHeads = async (eventLog: EventLog, count = KEPT_HEADS_MAX): Promise<readonly FollowedHead[]> => {
  const heads: FollowedHead[] = [];
  for (const { topic, partition, low, high } of await eventLog.offsets(TOPIC)) {
    for (let offset = Math.max(low, high - count); offset < high;) {
      const records = await eventLog.read({ topic, partition, offset }, READ_MAX);
      for (const { value } of records) heads.push(...headIn(value));
      offset = (records.at(-1)?.offset ?? high) + 1;
    }
  }
  return heads;
};

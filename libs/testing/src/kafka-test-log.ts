import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { Topic } from '#contracts';
import { type EventLog, openKafkaLog, parseKafkaUrl } from '#event-log';
import { TEST_KAFKA_VARIABLE, type TestKafka } from './kafka-run.js';

const testKafka = (): TestKafka =>
  JSON.parse(process.env[TEST_KAFKA_VARIABLE] ?? '{"obstacle":"no broker was started"}') as TestKafka;

/** The broker of this run. */
export const testKafkaUrl = (): string => {
  const kafka = testKafka();
  if (!('url' in kafka)) throw new Error(`no Kafka in this run: ${kafka.obstacle}`);
  return kafka.url;
};

/** A suite that needs a real broker; skipped, with its reason as the title, where there is none. */
export const describeKafka = (name: string, suite: () => void): void => {
  const kafka = testKafka();
  if ('url' in kafka) {
    describe(name, suite);
    return;
  }
  describe.skip(`Kafka, ${name}: skipped, ${kafka.obstacle} here and EVENT_LOG_URL is unset`, () => {
    it('runs where there is a broker', () => expect(kafka).toHaveProperty('url'));
  });
};

/** A log of its own on the run's broker. */
export interface TestKafkaLog {
  readonly log: EventLog;
  readonly prefix: string;
  /** Everything the log said went wrong. */
  readonly errors: readonly string[];
  /** Another client of the same log; closed with it. */
  readonly openAnother: () => Promise<EventLog>;
  /** Forgets every record of a topic below an offset, as retention would. */
  readonly forgetBelow: (topic: Topic, partition: number, offset: number) => Promise<void>;
  /** The groups that the broker knows of this log, without the prefix. */
  readonly groups: () => Promise<readonly string[]>;
  /** Deletes its topics. */
  readonly close: () => Promise<void>;
}

/** An empty log under a random prefix. */
export const openTestKafkaLog = async (): Promise<TestKafkaLog> => {
  const url = testKafkaUrl();
  const prefix = `${randomBytes(6).toString('hex')}.`;
  const errors: string[] = [];
  const onError = (what: string, error: Error): void => void errors.push(`${what}: ${error.message}`);
  const openOne = () => openKafkaLog({ url, clientId: 'test', prefix, onError });
  const logs = [await openOne()];
  const openAnother = async (): Promise<EventLog> => {
    const log = await openOne();
    logs.push(log);
    return log;
  };
  const admin = openAdmin(url);
  return {
    log: logs[0] as EventLog,
    prefix,
    errors,
    openAnother,
    forgetBelow: async (topic, partition, offset) => {
      const below = { topic: prefix + topic, partitions: [{ partition, offset: String(offset) }] };
      await admin.connect();
      // kafkajs deletes of topics whose leaders it has looked up only.
      await admin.fetchTopicOffsets(below.topic);
      await admin.deleteTopicRecords(below);
    },
    groups: async () => {
      await admin.connect();
      const { groups } = await admin.listGroups();
      return groups.flatMap(({ groupId }) => (groupId.startsWith(prefix) ? [groupId.slice(prefix.length)] : []));
    },
    close: async () => {
      await Promise.all(logs.map((log) => log.close()));
      await admin.connect();
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      await admin.disconnect();
    },
  };
};

const openAdmin = (url: string) => {
  const { brokers, ssl, sasl } = parseKafkaUrl(url);
  const login = sasl === undefined ? {} : { sasl: { mechanism: 'scram-sha-512' as const, ...sasl } };
  return new Kafka({
    brokers: [...brokers],
    ssl,
    ...login,
    clientId: 'test admin',
    logLevel: logLevel.NOTHING,
  }).admin();
};

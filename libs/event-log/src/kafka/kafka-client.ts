import { Kafka, logLevel } from 'kafkajs';
import { type KafkaAddress, parseKafkaUrl } from './kafka-url.js';

/** A request and how to read its answer, as kafkajs' connections take them. */
export interface Protocol<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  };
  readonly response: {
    readonly decode: (answer: Buffer) => Promise<T>;
    readonly parse: (answer: T) => Promise<T>;
  };
  readonly requestTimeout: number;
}

/** What we use of kafkajs' connections to a cluster: metadata, and requests to one broker. */
export interface Cluster {
  readonly connect: () => Promise<void>;
  readonly disconnect: () => Promise<void>;
  readonly addMultipleTargetTopics: (topics: readonly string[]) => Promise<void>;
  readonly refreshMetadata: () => Promise<void>;
  readonly findTopicPartitionMetadata: (
    topic: string,
  ) => readonly { readonly partitionId: number; readonly leader: number }[];
  readonly findBroker: (node: {
    readonly nodeId: string;
  }) => Promise<{ readonly connectionPool: { readonly send: <T>(protocol: Protocol<T>) => Promise<T> } }>;
}

/** Where Kafka is, and who is told of what goes wrong. */
export interface KafkaConnection {
  /** See `parseKafkaUrl`. */
  readonly url: string;
  /** Names us in the broker's logs and quotas. */
  readonly clientId: string;
  readonly onError?: (what: string, error: Error) => void;
}

// A hung broker must not hold anybody longer; a healthy one answers within milliseconds.
const REQUEST_MS = 3_000;
const CONNECT_MS = 2_000;
// Our own loops try again; within kafkajs only what a new leader or a dropped connection needs.
const RETRIES = 2;
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 1_000;

/** kafkajs for one cluster. */
export const createKafka = ({ url, clientId, onError }: KafkaConnection): Kafka => {
  const { brokers, ssl, sasl }: KafkaAddress = parseKafkaUrl(url);
  return new Kafka({
    brokers: [...brokers],
    ssl,
    ...(sasl === undefined ? {} : { sasl: { mechanism: 'scram-sha-512', ...sasl } }),
    clientId,
    requestTimeout: REQUEST_MS,
    connectionTimeout: CONNECT_MS,
    retry: { retries: RETRIES, initialRetryTime: RETRY_FIRST_MS, maxRetryTime: RETRY_MAX_MS },
    logLevel: logLevel.ERROR,
    logCreator:
      () =>
      ({ namespace, log }) =>
        onError?.(`kafkajs ${namespace}`, new Error(messageOf(log))),
  });
};

/** A line of kafkajs' log with what failed, where and why: it puts these beside its message, which alone may be `Response Fetch`. */
export const messageOf = ({ message, error, broker, groupId }: Readonly<Record<string, unknown>>): string => {
  const reason = error instanceof Error ? error.message : error;
  const parts = [message, broker, groupId, reason].filter((part) => typeof part === 'string' && part !== '');
  return parts.join(': ');
};

/**
 * Connections of their own to the cluster. kafkajs has no public way to fetch without a consumer group; the one hook used here is
 * the function by which its clients make theirs. The version is pinned, and every test on a real broker goes through here.
 */
export const createCluster = (kafka: Kafka): Cluster => {
  const hook = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create = hook === undefined ? undefined : (kafka as unknown as Record<symbol, unknown>)[hook];
  if (typeof create !== 'function') throw new Error('kafkajs: this version has no createCluster');
  return create({ allowAutoTopicCreation: false, metadataMaxAge: METADATA_AGE_MAX_MS }) as Cluster;
};

// A partition that moved is noticed by its errors; this is for those that were added.
const METADATA_AGE_MAX_MS = 300_000;

import type { Protocol } from './kafka-client.js';

/** One partition to fetch. `topic` is Kafka's name of it. */
export interface FetchFrom {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What a broker answered for one partition. */
export interface FetchedPartition extends FetchFrom {
  /** Kafka's error code; 0 is none. */
  readonly error: number;
  /** The offset after the last record that readers may see; -1 with an error. */
  readonly highWatermark: number;
  /** Record batches as they lie in the log; the last may be cut short. */
  readonly batches: Buffer;
}

/** Bounds of one fetch. */
export interface FetchBounds {
  /** How long the broker may wait for the first record, ms. */
  readonly waitMs: number;
  readonly bytesMax: number;
  readonly partitionBytesMax: number;
}

const FETCH = { apiKey: 1, apiVersion: 11, apiName: 'Fetch' };
const CONSUMER = -1;
const NONE = -1;
const MIN_BYTES = 1;
// No transactional producer writes to our topics, so there is nothing uncommitted to hide. Where several products share a cluster
// its ACL must see to that: without the right to Write to a transactional id nobody can begin one. Records of a transaction that
// was aborted would be read as if it had been committed; its control records are passed over.
const READ_UNCOMMITTED = 0;

/** Writes numbers big-endian, and strings with their length, as Kafka's protocol has them. */
class Writer {
  private readonly parts: Buffer[] = [];

  int(bytes: 1 | 2 | 4, ...values: number[]): this {
    for (const value of values) {
      const part = Buffer.allocUnsafe(bytes);
      part.writeIntBE(value, 0, bytes);
      this.parts.push(part);
    }
    return this;
  }

  long(value: number): this {
    const part = Buffer.allocUnsafe(8);
    part.writeBigInt64BE(BigInt(value));
    this.parts.push(part);
    return this;
  }

  text(value: string): this {
    const part = Buffer.from(value);
    this.int(2, part.length).parts.push(part);
    return this;
  }

  end(): Buffer {
    return Buffer.concat(this.parts);
  }
}

const byTopic = (from: readonly FetchFrom[]): Map<string, FetchFrom[]> => {
  const topics = new Map<string, FetchFrom[]>();
  for (const partition of from) {
    const list = topics.get(partition.topic);
    if (list === undefined) topics.set(partition.topic, [partition]);
    else list.push(partition);
  }
  return topics;
};

const encode = (from: readonly FetchFrom[], { waitMs, bytesMax, partitionBytesMax }: FetchBounds): Buffer => {
  const writer = new Writer().int(4, CONSUMER, waitMs, MIN_BYTES, bytesMax).int(1, READ_UNCOMMITTED);
  const topics = byTopic(from);
  const [sessionId, sessionEpoch] = [0, -1];
  writer.int(4, sessionId, sessionEpoch, topics.size);
  for (const [topic, partitions] of topics) {
    writer.text(topic).int(4, partitions.length);
    for (const { partition, offset } of partitions)
      writer.int(4, partition, NONE).long(offset).long(NONE).int(4, partitionBytesMax);
  }
  const forgottenTopics = 0;
  return writer.int(4, forgottenTopics).text('').end();
};

/** Reads what `Writer` writes. A buffer that ends early throws, which fails the fetch. */
class Reader {
  private at = 0;
  constructor(private readonly buffer: Buffer) {}

  int(bytes: 1 | 2 | 4): number {
    this.at += bytes;
    return this.buffer.readIntBE(this.at - bytes, bytes);
  }

  long(): number {
    this.at += 8;
    return Number(this.buffer.readBigInt64BE(this.at - 8));
  }

  bytes(length: number): Buffer {
    const start = this.at;
    this.at += Math.max(0, length);
    if (this.at > this.buffer.length) throw new Error('fetch: the answer ends early');
    return this.buffer.subarray(start, this.at);
  }
}

const decodePartition = (reader: Reader, topic: string, from: readonly FetchFrom[]): FetchedPartition => {
  const partition = reader.int(4);
  const error = reader.int(2);
  const highWatermark = reader.long();
  reader.long(); // Last stable offset.
  reader.long(); // Log start offset.
  for (let aborted = reader.int(4); aborted > 0; aborted--) reader.bytes(16);
  reader.int(4); // Preferred read replica.
  const batches = reader.bytes(reader.int(4));
  const asked = from.find((one) => one.topic === topic && one.partition === partition);
  return { topic, partition, offset: asked?.offset ?? NONE, error, highWatermark, batches };
};

const decode = (buffer: Buffer, from: readonly FetchFrom[]): FetchAnswer => {
  const reader = new Reader(buffer);
  const clientSideThrottleTime = reader.int(4);
  const error = reader.int(2);
  reader.int(4); // Session.
  const partitions: FetchedPartition[] = [];
  for (let topics = reader.int(4); topics > 0; topics--) {
    const topic = reader.bytes(reader.int(2)).toString();
    for (let left = reader.int(4); left > 0; left--) partitions.push(decodePartition(reader, topic, from));
  }
  return { clientSideThrottleTime, error, partitions };
};

/** A broker's answer to a fetch. The connection waits by `clientSideThrottleTime` before its next request. */
export interface FetchAnswer {
  readonly clientSideThrottleTime: number;
  readonly error: number;
  readonly partitions: readonly FetchedPartition[];
}

// Beyond what the broker may wait: a slow answer, not a lost one.
const ANSWER_MS = 3_000;

/**
 * A Fetch request of version 11 (Kafka 2.3 and newer), in the form kafkajs' connections take. kafkajs' own one decodes every record
 * of an answer or fails as a whole: one bad batch would stop all partitions of a broker.
 */
export const fetchRequest = (from: readonly FetchFrom[], bounds: FetchBounds): Protocol<FetchAnswer> => {
  const buffer = encode(from, bounds);
  return {
    request: { ...FETCH, encode: async () => ({ buf: buffer, buffer }) },
    response: { decode: async (answer) => decode(answer, from), parse: async (answer) => answer },
    requestTimeout: bounds.waitMs + ANSWER_MS,
  };
};

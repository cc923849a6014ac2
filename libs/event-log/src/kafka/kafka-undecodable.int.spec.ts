import { gzipSync } from 'node:zlib';
import kafkajs, { CompressionTypes, Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import type { Topic } from '#contracts';
import { describeKafka, openTestKafkaLog, type TestKafkaLog, testKafkaUrl, until } from '#testing';
import type { Subscription } from '../event-log.js';
import { UNPACKED_BYTES_MAX } from './codecs.js';
import { parseKafkaUrl } from './kafka-url.js';

const TOPIC: Topic = 'telemetry.outcomes';
const { CompressionCodecs } = kafkajs;
const { None, GZIP, Snappy, LZ4, ZSTD } = CompressionTypes;

const number = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const little = (value: number, bytes: number): Buffer => {
  const part = Buffer.alloc(bytes);
  part.writeUIntLE(value, 0, bytes);
  return part;
};
/** Frames that hold their data as it is, which brokers and readers must take. */
const FRAMES: Readonly<Record<number, (data: Buffer) => Buffer>> = {
  [GZIP]: (data) => gzipSync(data),
  // Java's framing around one block: its length as a varint, then one literal with a length of two bytes.
  [Snappy]: (data) => {
    const varint = Buffer.from([(data.length & 0x7f) | 0x80, data.length >> 7]);
    const block = Buffer.concat([varint, Buffer.from([0xf4]), little(data.length - 1, 2), data]);
    const blockLength = Buffer.alloc(4);
    blockLength.writeUInt32BE(block.length);
    return Buffer.concat([Buffer.from('82534e41505059000000000100000001', 'hex'), blockLength, block]);
  },
  [LZ4]: (data) =>
    Buffer.concat([Buffer.from('04224d18604082', 'hex'), little(data.length + 0x80000000, 4), data, little(0, 4)]),
  [ZSTD]: (data) =>
    Buffer.concat([Buffer.from('28b52ffda0', 'hex'), little(data.length, 4), little(data.length * 8 + 1, 3), data]),
};

describeKafka('record batches that cannot be read', () => {
  let under: TestKafkaLog;
  let producer: Producer;
  const kept = { ...CompressionCodecs };

  beforeAll(() => {
    for (const [type, pack] of Object.entries(FRAMES))
      (CompressionCodecs as Record<string, unknown>)[type] = () => ({
        compress: async ({ buffer }: { buffer: Buffer }) => pack(buffer),
        decompress: async () => Promise.reject(new Error('nothing is read here')),
      });
  });
  afterAll(() => Object.assign(CompressionCodecs, kept));

  beforeEach(async () => {
    under = await openTestKafkaLog();
    const brokers = [...parseKafkaUrl(testKafkaUrl()).brokers];
    const kafka = new Kafka({ brokers, clientId: 'test', logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    // As it would be without our settings: what a sender packed stays packed.
    const configEntries = [{ name: 'compression.type', value: 'producer' }];
    const topic = under.prefix + TOPIC;
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
    await admin.disconnect();
    producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
  });
  afterEach(async () => {
    await producer.disconnect();
    await under.close();
  });

  const send = (compression: CompressionTypes, ...messages: Message[]) =>
    producer.send({ topic: under.prefix + TOPIC, compression, messages });
  const one = (byte: number): Message => ({ value: Buffer.from([byte]), partition: 0 });
  const bomb: Message = { value: Buffer.alloc(UNPACKED_BYTES_MAX + 1), partition: 0 };
  const broken: Message = {
    ...one(0),
    headers: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`h${i}`, 'x'])),
  };
  const subscribe = (onBatch: Subscription['onBatch']) =>
    under.log.subscribe({
      group: 'test',
      topics: [TOPIC],
      loadPositions: async (assigned) => assigned.map((partition) => ({ ...partition, offset: 0 })),
      onBatch,
      batchBytesMax: 1 << 20,
      batchRecordsMax: 100,
      idleMs: 20,
    });

  it('reads every codec, skips a bomb and a broken batch, names both, and shows the holes', async () => {
    await send(None, one(1));
    await send(Snappy, one(2), one(3));
    await send(GZIP, bomb);
    await send(LZ4, one(4));
    await send(GZIP, broken, one(0));
    await send(ZSTD, one(5));
    await send(GZIP, one(6));
    const [seen, holes] = [[] as string[], [] as string[]];
    let expected = 0;
    const consumer = await subscribe(async ({ records, nextOffset }) => {
      const first = records[0]?.offset ?? nextOffset;
      if (first > expected) holes.push(`${expected} to ${first - 1}`);
      // As a subscriber that looks at the first offset only.
      seen.push(...records.map(({ offset, value }) => `${offset}:${number(value)}`));
      expected = nextOffset;
      return { next: 'continue' };
    });
    await until('the last record arrived', () => seen.length === 6);
    await consumer.stop();
    expect(seen).toEqual(['0:01', '1:02', '2:03', '4:04', '7:05', '8:06']);
    expect(holes).toEqual(['3 to 3', '5 to 6']);
    expect(under.errors.filter((text) => text.startsWith('decode'))).toEqual([
      expect.stringMatching(/^decode telemetry.outcomes\/0: offsets 3 to 3 are skipped: .*4194304/),
      'decode telemetry.outcomes/0: offsets 5 to 6 are skipped: 1001 headers are too many',
    ]);
  });

  it('tells a tail that was skipped by where the batch ends, and goes on behind it', async () => {
    await send(None, one(1));
    await send(GZIP, broken);
    const ends: number[] = [];
    const consumer = await subscribe(async ({ nextOffset }) => {
      ends.push(nextOffset);
      return { next: 'continue' };
    });
    await until('the first batch arrived', () => ends.length === 1);
    await send(None, one(2));
    await until('what follows arrived', () => ends.length === 2);
    await consumer.stop();
    expect(ends).toEqual([2, 3]);
  });
});

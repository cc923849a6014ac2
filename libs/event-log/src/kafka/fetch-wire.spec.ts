import { createRequire } from 'node:module';
import { fetchRequest } from './fetch-wire.js';

const kafkajsFetch = createRequire(import.meta.url)('kafkajs/src/protocol/requests/fetch/v11/request') as (
  what: object,
) => { readonly encode: () => Promise<{ readonly buffer: Buffer }> };

const BOUNDS = { waitMs: 200, bytesMax: 1_000_000, partitionBytesMax: 70_000 };
const FROM = [
  { topic: 'a', partition: 0, offset: 5 },
  { topic: 'b', partition: 1, offset: 2 ** 40 },
  { topic: 'a', partition: 3, offset: 0 },
];
const { request, response, requestTimeout } = fetchRequest(FROM, BOUNDS);

const numbers = (bytes: 2 | 4 | 8, ...values: number[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const part = Buffer.alloc(8);
      part.writeBigInt64BE(BigInt(value));
      return part.subarray(8 - bytes);
    }),
  );
/** One partition's answer: number, error, three offsets, aborted transactions, replica, batches. */
const partition = (number: number, error: number, high: number, aborted: number, batches: Buffer): Buffer =>
  Buffer.concat([
    numbers(4, number),
    numbers(2, error),
    numbers(8, high, high, 0),
    numbers(4, aborted),
    Buffer.alloc(16 * Math.max(0, aborted)),
    numbers(4, -1, batches.length),
    batches,
  ]);
const answer = Buffer.concat([
  numbers(4, 30),
  numbers(2, 0),
  numbers(4, 0, 1),
  numbers(2, 1),
  Buffer.from('a'),
  numbers(4, 2),
  partition(0, 0, 9, 2, Buffer.from('xyz')),
  partition(3, 6, -1, -1, Buffer.alloc(0)),
]);

describe('fetchRequest', () => {
  it('writes what kafkajs writes', async () => {
    const topics = [
      { topic: 'a', partitions: [FROM[0], FROM[2]] },
      { topic: 'b', partitions: [FROM[1]] },
    ].map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((one) => ({ partition: one?.partition, fetchOffset: one?.offset, maxBytes: 70_000 })),
    }));
    const other = kafkajsFetch({
      replicaId: -1,
      maxWaitTime: 200,
      minBytes: 1,
      maxBytes: 1_000_000,
      isolationLevel: 0,
      topics,
    });
    expect((await request.encode()).buffer).toEqual((await other.encode()).buffer);
    expect(requestTimeout).toBeGreaterThan(BOUNDS.waitMs);
  });

  it('reads an answer, also with lists of aborted transactions', async () => {
    expect(await response.decode(answer)).toEqual({
      clientSideThrottleTime: 30,
      error: 0,
      partitions: [
        { topic: 'a', partition: 0, offset: 5, error: 0, highWatermark: 9, batches: Buffer.from('xyz') },
        { topic: 'a', partition: 3, offset: 0, error: 6, highWatermark: -1, batches: Buffer.alloc(0) },
      ],
    });
  });

  it('refuses an answer that ends early, wherever', async () => {
    for (let bytes = 0; bytes < answer.length; bytes++)
      await expect(response.decode(answer.subarray(0, bytes))).rejects.toThrow(/range|ends early|bounds/);
  });
});

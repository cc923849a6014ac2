import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
type Encode = (what: object) => { readonly buffer: Buffer };
// The writing half of the client library, which has no public name: whoever reads must agree with it.
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as Encode;
const { RecordBatch: encodeRecords } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (what: object) => Promise<{ readonly buffer: Buffer }>;
};

/** A record to encode; its offset is its place in the batch, unless told. */
export interface GivenRecord {
  readonly key: string | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** A record batch of version 2 as a producer would send it, with its first offset. */
export const encodeBatch = async (firstOffset: number, records: readonly GivenRecord[]): Promise<Buffer> => {
  const firstTimestamp = records[0]?.timestamp ?? 0;
  const { buffer } = await encodeRecords({
    firstOffset,
    firstTimestamp,
    maxTimestamp: Math.max(...records.map(({ timestamp }) => timestamp)),
    lastOffsetDelta: records.length - 1,
    records: records.map(({ key, value, headers, timestamp }, offsetDelta) =>
      encodeRecord({ offsetDelta, timestampDelta: timestamp - firstTimestamp, key, value, headers }),
    ),
  });
  return Buffer.from(buffer);
};

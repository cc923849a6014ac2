import type { LogRecord, TopicPartition } from '../event-log.js';
import { unpack } from './codecs.js';

/** Offsets `from` to `to` (exclusive) that hold something that cannot be read. */
export interface Undecodable {
  readonly from: number;
  readonly to: number;
  readonly reason: Error;
}

/** What a fetched piece of a partition holds. */
export interface DecodedBatches {
  readonly records: readonly LogRecord[];
  readonly undecodable: readonly Undecodable[];
  /** The offset after the last complete batch, or where the reading began. */
  readonly nextOffset: number;
}

// Layout of a record batch of version 2 (Kafka 0.11 and newer): byte positions of its header's fields.
const AT = { baseOffset: 0, length: 8, magic: 16, attributes: 21, lastOffsetDelta: 23, firstTimestamp: 27 };
const [AT_MAX_TIMESTAMP, AT_COUNT, HEADER_BYTES] = [35, 57, 61];
// Bytes before what `length` counts.
const LENGTH_END = 12;
const MAGIC = 2;
const [CODEC_MASK, LOG_APPEND_TIME, CONTROL] = [0x07, 0x08, 0x20];
// No record is shorter: length, attributes, two deltas, key, value and header lengths.
const RECORD_BYTES_MIN = 7;
const HEADERS_MAX = 1_000;

/**
 * Decodes record batches from `from.offset` on, each by itself: one that cannot be read is named, and the next one is read.
 * Control records (of transactions) are passed over; a last batch that is cut short is left for the next fetch. A first one that is
 * cut short throws: a broker sends at least one whole, so the next fetch would be no better.
 * The checksum is not looked at: brokers check it when they take a batch, TCP on the way here, and what nodes say carries its own
 * signature; it would cost 1 ns per byte of the hottest path.
 */
export const decodeBatches = async (
  buffer: Buffer,
  from: TopicPartition & { offset: number },
): Promise<DecodedBatches> => {
  const records: LogRecord[] = [];
  const undecodable: Undecodable[] = [];
  let nextOffset = from.offset;
  for (let at = 0; at < buffer.length;) {
    const batch = batchAt(buffer, at);
    if (batch === undefined && at === 0) throw new Error(`the record batch at offset ${from.offset} is cut short`);
    if (batch === undefined) break;
    const first = Number(batch.readBigInt64BE(AT.baseOffset));
    const to = first + lastOffsetDelta(batch) + 1;
    try {
      for (const record of await decodeBatch(batch, from)) if (record.offset >= from.offset) records.push(record);
    } catch (error) {
      undecodable.push({ from: Math.max(first, from.offset), to, reason: error as Error });
    }
    nextOffset = Math.max(nextOffset, to);
    at += batch.length;
  }
  return { records, undecodable, nextOffset };
};

/** The batch that begins there; undefined when its end is missing. */
const batchAt = (buffer: Buffer, at: number): Buffer | undefined => {
  if (at + AT.magic >= buffer.length) return undefined;
  const end = at + LENGTH_END + buffer.readInt32BE(at + AT.length);
  return end > buffer.length || end <= at + AT.magic ? undefined : buffer.subarray(at, end);
};

/** Messages of versions 0 and 1 lie one by one and are shorter than the header of a batch. */
const lastOffsetDelta = (batch: Buffer): number =>
  batch.readInt8(AT.magic) === MAGIC && batch.length >= HEADER_BYTES ? batch.readInt32BE(AT.lastOffsetDelta) : 0;

const decodeBatch = async (batch: Buffer, { topic, partition }: TopicPartition): Promise<LogRecord[]> => {
  const magic = batch.readInt8(AT.magic);
  if (magic !== MAGIC) throw new Error(`record batches of version ${magic} are unknown`);
  if (batch.length < HEADER_BYTES) throw new Error('a record batch is shorter than its header');
  const attributes = batch.readInt16BE(AT.attributes);
  if ((attributes & CONTROL) !== 0) return [];
  const baseOffset = Number(batch.readBigInt64BE(AT.baseOffset));
  const firstTimestamp = Number(batch.readBigInt64BE(AT.firstTimestamp));
  const maxTimestamp = Number(batch.readBigInt64BE(AT_MAX_TIMESTAMP));
  const count = batch.readInt32BE(AT_COUNT);
  const unpacked = await unpack(attributes & CODEC_MASK, batch.subarray(HEADER_BYTES));
  if (count < 0 || count * RECORD_BYTES_MIN > unpacked.length)
    throw new Error(`${count} records do not fit their batch`);
  const reader = new RecordReader(unpacked);
  const records: LogRecord[] = [];
  let before = -1;
  for (let i = 0; i < count; i++) {
    const { timestampDelta, offsetDelta, key, value, headers } = reader.next();
    if (offsetDelta <= before || offsetDelta > lastOffsetDelta(batch))
      throw new Error(`a record of offset ${baseOffset + offsetDelta} is not where it belongs`);
    before = offsetDelta;
    const appendedAtMs = (attributes & LOG_APPEND_TIME) === 0 ? firstTimestamp + timestampDelta : maxTimestamp;
    records.push({ topic, partition, offset: baseOffset + offsetDelta, key, value, headers, appendedAtMs });
  }
  return records;
};

interface WireRecord {
  readonly timestampDelta: number;
  readonly offsetDelta: number;
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
const NO_BYTES = new Uint8Array();

/** Reads the records of one batch. Values are views into the batch. */
class RecordReader {
  private at = 0;
  constructor(private readonly buffer: Buffer) {}

  next(): WireRecord {
    const end = this.integer() + this.at;
    if (end > this.buffer.length) throw new Error('a record ends after its batch');
    this.at += 1; // Attributes: unused.
    const timestampDelta = this.integer();
    const offsetDelta = this.integer();
    const key = this.bytes()?.toString() ?? null;
    const value = this.bytes() ?? NO_BYTES;
    const headers = this.headers();
    this.at = end;
    return { timestampDelta, offsetDelta, key, value, headers };
  }

  private headers(): Readonly<Record<string, string>> {
    const count = this.integer();
    if (count === 0) return NO_HEADERS;
    if (count < 0 || count > HEADERS_MAX) throw new Error(`${count} headers are too many`);
    const headers: Record<string, string> = {};
    for (let i = 0; i < count; i++) {
      const name = this.bytes()?.toString() ?? '';
      headers[name] = this.bytes()?.toString() ?? '';
    }
    return headers;
  }

  private bytes(): Buffer | undefined {
    const length = this.integer();
    if (length < 0) return undefined;
    const start = this.at;
    this.at += length;
    if (this.at > this.buffer.length) throw new Error('a field ends after its batch');
    return this.buffer.subarray(start, this.at);
  }

  /** A zigzag varint of up to 64 bits, exact up to 2^53: factors instead of shifts, which are cut at 32 bits. */
  private integer(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.buffer[this.at++];
      if (byte === undefined || factor > 2 ** 63) throw new Error('a number ends after its batch');
      value += (byte & 0x7f) * factor;
      if (byte < 128) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

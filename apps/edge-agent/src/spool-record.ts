import { crc32 } from 'node:zlib';

/** How a segment of a spool begins: what it is, and the version of its format. */
export const SEGMENT_MAGIC = Buffer.from('tocsin spool 1\n');
/** A batch is 256 KiB at most, or the gateway would not take it; what claims to be longer is damage. */
export const BODY_BYTES_MAX = 1024 * 1024;
/** Length of the body, outcomes in it, and a CRC-32 of both and the body: 32 bits each, big endian. */
export const HEADER_BYTES = 12;

/** A numbered batch as it is sent, byte for byte, and how many outcomes are in it. */
export interface SpooledBatch {
  readonly body: Uint8Array;
  readonly outcomes: number;
}

const checksumOf = (header: Uint8Array, body: Uint8Array): number => crc32(body, crc32(header.subarray(0, 8)));

/** A record of a segment. */
export const encodeRecord = ({ body, outcomes }: SpooledBatch): Buffer => {
  const record = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  record.writeUInt32BE(body.length, 0);
  record.writeUInt32BE(outcomes, 4);
  record.set(body, HEADER_BYTES);
  record.writeUInt32BE(checksumOf(record, body), 8);
  return record;
};

/**
 * What stands at a place of a segment:
 * - `record`: a whole one, and where the next begins;
 * - `end`: nothing more;
 * - `torn`: a record whose end is not there, as a kill in the middle of a write leaves it. It was never promised to be kept;
 * - `damaged`: a record that is there and is not what was written. Where the next one begins is not known.
 */
export type RecordRead =
  | { readonly kind: 'record'; readonly batch: SpooledBatch; readonly nextAt: number }
  | { readonly kind: 'end' | 'torn' | 'damaged' };

/** Reads the record at a place. `bytes` is the segment to its end; the body is a view of it. */
export const readRecord = (bytes: Buffer, at: number): RecordRead => {
  if (at >= bytes.length) return { kind: 'end' };
  const bodyAt = at + HEADER_BYTES;
  if (bodyAt > bytes.length) return { kind: 'torn' };
  const length = bytes.readUInt32BE(at);
  if (length > BODY_BYTES_MAX) return { kind: 'damaged' };
  if (bodyAt + length > bytes.length) return { kind: 'torn' };
  const body = bytes.subarray(bodyAt, bodyAt + length);
  const header = bytes.subarray(at, bodyAt);
  if (checksumOf(header, body) !== header.readUInt32BE(8)) return { kind: 'damaged' };
  return { kind: 'record', batch: { body, outcomes: header.readUInt32BE(4) }, nextAt: bodyAt + length };
};

/** All whole records of a segment from a place on, where they end, and why there. */
export const readRecords = (
  bytes: Buffer,
  fromAt: number,
): { readonly batches: readonly SpooledBatch[]; readonly endAt: number; readonly end: 'end' | 'torn' | 'damaged' } => {
  const batches: SpooledBatch[] = [];
  for (let at = fromAt; ;) {
    const read = readRecord(bytes, at);
    if (read.kind !== 'record') return { batches, endAt: at, end: read.kind };
    batches.push(read.batch);
    at = read.nextAt;
  }
};

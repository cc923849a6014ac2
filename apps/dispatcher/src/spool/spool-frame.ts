import { crc32 } from 'node:zlib';

/** Bytes of one record at most: a page's body is some kilobytes, the largest that a receiver takes are 512. */
export const RECORD_BYTES_MAX = 1 << 20;
/** Length and checksum, both little-endian. */
const HEAD_BYTES = 8;

/** A record as it stands in a segment: its length, CRC-32 over length and payload, payload. */
export const encodeFrame = (payload: Uint8Array): Buffer => {
  if (payload.byteLength === 0 || payload.byteLength > RECORD_BYTES_MAX)
    throw new Error(`spool a record of ${payload.byteLength} bytes: expected 1 to ${RECORD_BYTES_MAX}`);
  const frame = Buffer.allocUnsafe(HEAD_BYTES + payload.byteLength);
  frame.writeUInt32LE(payload.byteLength, 0);
  frame.set(payload, HEAD_BYTES);
  frame.writeUInt32LE(crc32(payload, crc32(frame.subarray(0, 4))), 4);
  return frame;
};

/** What a segment holds: its records up to the first that is cut or damaged, and where they end. */
export const decodeFrames = (
  bytes: Buffer,
): { readonly payloads: readonly Buffer[]; readonly endAt: number; readonly isWhole: boolean } => {
  const payloads: Buffer[] = [];
  let at = 0;
  while (bytes.byteLength - at >= HEAD_BYTES) {
    const length = bytes.readUInt32LE(at);
    const end = at + HEAD_BYTES + length;
    if (length === 0 || length > RECORD_BYTES_MAX || end > bytes.byteLength) break;
    const payload = bytes.subarray(at + HEAD_BYTES, end);
    if (crc32(payload, crc32(bytes.subarray(at, at + 4))) !== bytes.readUInt32LE(at + 4)) break;
    payloads.push(payload);
    at = end;
  }
  return { payloads, endAt: at, isWhole: at === bytes.byteLength };
};

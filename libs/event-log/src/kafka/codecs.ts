import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import snappy from 'kafkajs-snappy';
import lz4 from 'lz4js';

const unzip = promisify(gunzip);

/** Bytes that one record batch may unpack to: twice the largest that our topics take. A larger one is a bomb. */
export const UNPACKED_BYTES_MAX = 4 << 20;

const [NONE, GZIP, SNAPPY, LZ4, ZSTD] = [0, 1, 2, 3, 4];

/** The records of a batch as they were before compression; throws when the codec is unknown or the result too large. */
export const unpack = async (codec: number, packed: Buffer): Promise<Buffer> => {
  if (codec === NONE) return packed;
  if (codec === GZIP) return unzip(packed, { maxOutputLength: UNPACKED_BYTES_MAX });
  if (codec === SNAPPY) return bounded(await unpackSnappy(packed));
  if (codec === LZ4) return bounded(unpackLz4(packed));
  if (codec === ZSTD) return unpackZstd(packed);
  throw new Error(`codec ${codec} is unknown`);
};

const bounded = (unpacked: Uint8Array): Buffer => {
  if (unpacked.length > UNPACKED_BYTES_MAX) throw tooLarge();
  return Buffer.from(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength);
};

const tooLarge = (): Error => new Error(`a batch unpacks to more than ${UNPACKED_BYTES_MAX} bytes`);

// Java's framing: a magic of 8 bytes, two versions, then chunks, each after its length.
const FRAMING = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const FRAMING_BYTES = 16;

/** The decoder makes room for what the data declares, so that is looked at first. */
const unpackSnappy = async (packed: Buffer): Promise<Uint8Array> => {
  let declared = 0;
  if (!packed.subarray(0, FRAMING.length).equals(FRAMING)) declared = declaredBySnappy(packed);
  else
    for (let at = FRAMING_BYTES; at + 4 <= packed.length; at += 4 + packed.readUInt32BE(at))
      declared += declaredBySnappy(packed.subarray(at + 4));
  if (declared > UNPACKED_BYTES_MAX) throw tooLarge();
  return snappy().decompress(packed);
};

/** Snappy begins with the unpacked length, a varint. */
const declaredBySnappy = (packed: Buffer): number => {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = packed[i];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 128) return length;
  }
  throw new Error('a Snappy block has no length');
};

/** What does not fit the room given is dropped by the decoder, but counted. */
const unpackLz4 = (packed: Buffer): Uint8Array =>
  lz4.decompress(packed, Math.min(UNPACKED_BYTES_MAX + 1, lz4.decompressBound(packed)));

// What the decoder makes room for at once; Kafka's clients at their usual levels use 2 MiB.
const ZSTD_WINDOW_MAX = 8 << 20;
// Magic and descriptor of a frame, then the window's byte.
const [ZSTD_DESCRIPTOR_AT, ZSTD_WINDOW_AT] = [4, 5];

/** Block by block, so that it ends as soon as the bound is passed; one frame, since each makes room by its own header. */
const unpackZstd = (packed: Buffer): Buffer => {
  if (zstdWindow(packed) > ZSTD_WINDOW_MAX) throw new Error(`a Zstandard window of more than ${ZSTD_WINDOW_MAX} bytes`);
  if (zstdFrameEnd(packed) !== packed.length) throw new Error('a Zstandard batch of more than one frame');
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const decoder = new Decompress((part) => {
    bytes += part.length;
    if (bytes > UNPACKED_BYTES_MAX) throw tooLarge();
    parts.push(part);
  });
  decoder.push(packed, true);
  return Buffer.concat(parts);
};

const isSingleSegment = (packed: Buffer): boolean => (packed.readUInt8(ZSTD_DESCRIPTOR_AT) & 0x20) !== 0;

/** RFC 8878, 3.1.1.1.2: bytes of the window; a frame of a single segment has its content's size instead. */
const zstdWindow = (packed: Buffer): number => {
  if (isSingleSegment(packed)) return zstdContentBytes(packed);
  const window = packed.readUInt8(ZSTD_WINDOW_AT);
  const base = 2 ** (10 + (window >> 3));
  return base + (base / 8) * (window & 7);
};

const contentFieldBytes = (packed: Buffer): number =>
  [isSingleSegment(packed) ? 1 : 0, 2, 4, 8][packed.readUInt8(ZSTD_DESCRIPTOR_AT) >> 6] ?? 0;

const contentFieldAt = (packed: Buffer): number =>
  (isSingleSegment(packed) ? ZSTD_WINDOW_AT : ZSTD_WINDOW_AT + 1) +
  ([0, 1, 2, 4][packed.readUInt8(ZSTD_DESCRIPTOR_AT) & 3] ?? 0);

/** At least what the frame declares: of eight bytes the upper half only makes it more. */
const zstdContentBytes = (packed: Buffer): number => {
  const [at, bytes] = [contentFieldAt(packed), contentFieldBytes(packed)];
  if (bytes === 8) return packed.readUInt32LE(at) + packed.readUInt32LE(at + 4) * 2 ** 32;
  return packed.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
};

/** Where the first frame ends: after its last block and, where it has one, its checksum. */
const zstdFrameEnd = (packed: Buffer): number => {
  const checksumBytes = (packed.readUInt8(ZSTD_DESCRIPTOR_AT) & 4) === 0 ? 0 : 4;
  const [lastBlock, repeated] = [1, 1];
  for (let at = contentFieldAt(packed) + contentFieldBytes(packed); ;) {
    const header = packed.readUIntLE(at, 3);
    at += 3 + (((header >> 1) & 3) === repeated ? 1 : header >> 3);
    if ((header & 1) === lastBlock) return at + checksumBytes;
  }
};

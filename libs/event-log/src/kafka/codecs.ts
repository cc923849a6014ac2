import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const unzip = promisify(gunzip);

/** Bytes that one record batch may unpack to: four times the largest that our topics take. A larger one is a bomb. */
export const UNPACKED_BYTES_MAX = 4 << 20;

const [NONE, GZIP] = [0, 1];

/** The records of a batch as they were before compression; throws when the codec is unknown or the result too large. */
export const unpack = async (codec: number, packed: Buffer): Promise<Buffer> => {
  if (codec === NONE) return packed;
  if (codec === GZIP) return unzip(packed, { maxOutputLength: UNPACKED_BYTES_MAX });
  throw new Error(`codec ${codec} is unknown`);
};

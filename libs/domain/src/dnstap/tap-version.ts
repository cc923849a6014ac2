import { WireReader } from './wire-reader.js';

/** Field 2 of a frame: what software the server says it is, as `Knot DNS 3.2.6`. */
const VERSION_FIELD = 2;
/** A version is a few words; what is longer is none. */
const VERSION_BYTES_MAX = 256;

/** The version that the sender of a data frame says it has; undefined when it says none. Octets outside ASCII come as they are. */
export const readTapVersion = (payload: Uint8Array): string | undefined => {
  let version: string | undefined;
  const reader = new WireReader(payload);
  while (reader.next())
    if (reader.field === VERSION_FIELD && reader.to - reader.from <= VERSION_BYTES_MAX)
      version = String.fromCharCode(...payload.subarray(reader.from, reader.to));
  return reader.isFaulty || version === '' ? undefined : version;
};

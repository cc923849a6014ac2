/** Texts held at once: the names of a fleet of a thousand nodes and its releases, with few of them at the same place. A power of two. */
const PLACES = 4_096;
/** No name is longer; a longer text is made anew each time. */
const HELD_BYTES_MAX = 64;
/** FNV-1a, 32 bits: offset basis and prime. */
const FNV_BASIS = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/** Each text has one place; the text that came last stands there, and the one before it is made anew when it comes again. */
const HELD: string[] = Array.from({ length: PLACES }, () => '');

const isText = (text: string, bytes: Uint8Array, from: number, length: number): boolean => {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i += 1) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
};

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');

/**
 * The text of ASCII bytes, undefined when they are not ASCII. The header of a node says the same in each batch: a text that is known
 * by its bytes is neither made nor hashed again. What is held are strings of at most 64 characters, never the bytes.
 */
export const asciiText = (bytes: Uint8Array, from: number, to: number): string | undefined => {
  let hash = FNV_BASIS;
  let all = 0;
  for (let i = from; i < to; i += 1) {
    const byte = bytes[i]!;
    all |= byte;
    hash = Math.imul(hash ^ byte, FNV_PRIME);
  }
  if (all > 0x7f) return undefined;
  if (to - from > HELD_BYTES_MAX) return latin1(bytes, from, to);
  const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
  const held = HELD[place]!;
  if (isText(held, bytes, from, to - from)) return held;
  return (HELD[place] = latin1(bytes, from, to));
};

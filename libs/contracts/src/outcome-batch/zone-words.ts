// A zone is hashed and checked by words of four bytes, the first byte lowest. The last word ends with the name: it overlaps the one
// before it where the length is no multiple of four. A name shorter than a word has one, filled up with zeros.

/** 2^32 / golden ratio: an odd number whose bits are spread evenly. */
const MULTIPLIER = 0x9e37_79b1;
const EVERY_HIGH_BIT = 0x8080_8080 | 0;
const PIPES = 0x7c7c_7c7c;

/** The hash with which a name of so many bytes begins. */
export const firstHash = (length: number): number => Math.imul(length, MULTIPLIER);

/** The hash with one more word in it. Of two words never the same: multiplication and shift lose nothing. */
export const mixed = (hash: number, word: number): number => {
  const product = Math.imul(hash ^ word, MULTIPLIER);
  return product ^ (product >>> 15);
};

/**
 * Whether four bytes may stand in a zone: printable, lower case, no `|`. In bytes below 0x80 an addition of 0x7f - n sets the high
 * bit of those above n and carries into no other.
 */
export const isZoneWord = (word: number): boolean => {
  const aboveBlank = word + 0x5f5f_5f5f;
  const isDelete = word + 0x0101_0101;
  const isUpper = (word + 0x3f3f_3f3f) & ~(word + 0x2525_2525);
  const isNoPipe = (word ^ PIPES) + 0x7f7f_7f7f;
  return (aboveBlank & isNoPipe & ~(isDelete | isUpper | word) & EVERY_HIGH_BIT) === EVERY_HIGH_BIT;
};

const wordOf = (name: string, at: number): number =>
  name.charCodeAt(at) |
  (name.charCodeAt(at + 1) << 8) |
  (name.charCodeAt(at + 2) << 16) |
  (name.charCodeAt(at + 3) << 24);

/** The hash by which zones are found, of a name; that of its bytes is the same. */
export const zoneHash = (name: string): number => {
  const { length } = name;
  let hash = firstHash(length);
  for (let at = 0; at + 4 < length; at += 4) hash = mixed(hash, wordOf(name, at));
  return mixed(hash, wordOf(name, Math.max(0, length - 4)));
};

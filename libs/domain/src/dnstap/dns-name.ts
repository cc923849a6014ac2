/** A name is at most 255 octets on the wire, the closing zero included (RFC 1035). */
export const NAME_OCTETS_MAX = 255;
/** The two high bits of a length octet are a pointer, or something that was never defined: labels end at 63. */
export const LABEL_OCTETS_MAX = 63;

/** Why a name was refused. */
export type NameFault = 'cut_off' | 'label_too_long' | 'name_too_long';

/** A name that can be read, by where it stands. */
export interface NamePlace {
  readonly offset: number;
  /** Octets on the wire, the closing zero included. */
  readonly octets: number;
  /** Of its lower-case octets: equal names have equal hashes, whatever case a resolver mixed in. */
  readonly hash: number;
}

/** FNV-1a, 32 bits. */
export const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Names are equal whatever the case of their letters. Lengths of labels lie below the letters, so whole names can be put through. */
export const lower = (octet: number): number => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet);
/** The hash of what was hashed before and one octet more, its case folded. */
export const hashOn = (hash: number, octet: number): number => Math.imul(hash ^ lower(octet), FNV_PRIME);

/**
 * Finds a name without pointers, as a question holds it, before `limit`. A name over 255 octets is walked to its end when that is
 * there, so that its length can be told: the length is what the fault of 2021 was looked for by.
 */
export const findName = (
  bytes: Uint8Array,
  offset: number,
  limit = bytes.length,
): NamePlace | { fault: NameFault; octets: number } => {
  let hash = FNV_BASIS;
  let at = offset;
  for (;;) {
    if (at >= limit) return { fault: 'cut_off', octets: at - offset };
    const length = bytes[at] ?? 0;
    if (length > LABEL_OCTETS_MAX) return { fault: 'label_too_long', octets: at - offset + 1 };
    const end = at + 1 + length;
    if (end > limit) return { fault: 'cut_off', octets: limit - offset };
    for (; at < end; at += 1) hash = hashOn(hash, bytes[at] ?? 0);
    if (length === 0) break;
  }
  const octets = at - offset;
  return octets > NAME_OCTETS_MAX ? { fault: 'name_too_long', octets } : { offset, octets, hash: hash >>> 0 };
};

/** Behind a name that may be compressed; undefined when it is cut off at `limit`. */
export const skipName = (bytes: Uint8Array, offset: number, limit: number): number | undefined => {
  let at = offset;
  while (at < limit) {
    const length = bytes[at] ?? 0;
    if (length >= 0xc0) return at + 2 <= limit ? at + 2 : undefined;
    if (length > LABEL_OCTETS_MAX) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
  return undefined;
};

const isPlain = (octet: number): boolean =>
  (octet >= 0x61 && octet <= 0x7a) || (octet >= 0x30 && octet <= 0x39) || octet === 0x2d || octet === 0x5f;

const textOf = (octet: number): string =>
  isPlain(octet) ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`;

/** The labels of a name that was found, lower case, everything unusual as `\DDD`. */
export const labelsOf = (bytes: Uint8Array, name: Pick<NamePlace, 'offset' | 'octets'>): string[] => {
  const labels: string[] = [];
  for (let at = name.offset; at < name.offset + name.octets - 1;) {
    const end = at + 1 + (bytes[at] ?? 0);
    let label = '';
    for (at += 1; at < end; at += 1) label += textOf(lower(bytes[at] ?? 0));
    labels.push(label);
  }
  return labels;
};

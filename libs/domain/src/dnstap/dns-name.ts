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

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const lower = (octet: number): number => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet);

/**
 * Finds a name without pointers, as a question holds it. A name over 255 octets is walked to its end when that is there, so that
 * its length can be told: the length is what the fault of 2021 was looked for by.
 */
export const findName = (bytes: Uint8Array, offset: number): NamePlace | { fault: NameFault; octets: number } => {
  let hash = FNV_BASIS;
  let at = offset;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return { fault: 'cut_off', octets: at - offset };
    if (length > LABEL_OCTETS_MAX) return { fault: 'label_too_long', octets: at - offset + 1 };
    const end = at + 1 + length;
    if (end > bytes.length) return { fault: 'cut_off', octets: bytes.length - offset };
    for (; at < end; at += 1) hash = Math.imul(hash ^ lower(bytes[at] ?? 0), FNV_PRIME);
    if (length === 0) break;
  }
  const octets = at - offset;
  return octets > NAME_OCTETS_MAX ? { fault: 'name_too_long', octets } : { offset, octets, hash: hash >>> 0 };
};

/** Behind a name that may be compressed; undefined when it is cut off. */
export const skipName = (bytes: Uint8Array, offset: number): number | undefined => {
  let at = offset;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length >= 0xc0) return at + 2 <= bytes.length ? at + 2 : undefined;
    if (length > LABEL_OCTETS_MAX) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
};

const isPlain = (octet: number): boolean =>
  (octet >= 0x61 && octet <= 0x7a) || (octet >= 0x30 && octet <= 0x39) || octet === 0x2d || octet === 0x5f;

const textOf = (octet: number): string =>
  isPlain(octet) ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`;

/** The labels of a name that was found, lower case, everything unusual as `\DDD`. */
export const labelsOf = (bytes: Uint8Array, name: NamePlace): string[] => {
  const labels: string[] = [];
  for (let at = name.offset; at < name.offset + name.octets - 1;) {
    const end = at + 1 + (bytes[at] ?? 0);
    let label = '';
    for (at += 1; at < end; at += 1) label += textOf(lower(bytes[at] ?? 0));
    labels.push(label);
  }
  return labels;
};

import type { DnsMessage } from './dns-message.js';
import type { Span, TapMessage, TapTime } from './dnstap-message.js';

/**
 * What a query and its response have in common. Its base (all but the name) is compared octet by octet; the hash of it only says
 * where to look. An address is at most 16 octets, held as four words; of what is longer, which is damage, the first 16 count.
 */
export interface PairKey {
  /** Of the base, 32 bits. */
  readonly baseHash: number;
  /** The node, as `NodeNumbers` counts them. */
  readonly node: number;
  readonly protocol: number;
  readonly queryPort: number;
  readonly responsePort: number;
  /** Of the DNS message; where none was recorded, of the time of the query. */
  readonly id: number;
  readonly addressOctets: number;
  readonly address0: number;
  readonly address1: number;
  readonly address2: number;
  readonly address3: number;
  /** Of the lower-case name; undefined when the question cannot be read: such a message fits any name of its base. */
  readonly nameHash: number | undefined;
}

/** As long an identity as is looked at. */
const IDENTITY_OCTETS_MAX = 64;
/**
 * Nodes that are told apart at once: one agent serves one, and seldom more. Beyond, all are forgotten and get new numbers: what
 * waits under an old one is given up in its time, and counted as lone.
 */
const NODES_MAX = 1_024;

/** Numbers the nodes that messages name, so that their names need not be compared. */
export class NodeNumbers {
  private readonly numbers = new Map<string, number>();
  private given = 0;
  private lastName: Uint8Array = new Uint8Array(0);
  private lastNumber = -1;

  of(bytes: Uint8Array, { from, to }: Span): number {
    const end = Math.min(to, from + IDENTITY_OCTETS_MAX);
    if (this.lastNumber < 0 || !this.isLast(bytes, from, end)) {
      // A copy: `slice` of a Buffer is a view of what its owner will overwrite.
      this.lastName = new Uint8Array(bytes.subarray(from, end));
      this.lastNumber = this.numberOf(String.fromCharCode(...this.lastName));
    }
    return this.lastNumber;
  }

  /** Nearly every message is of the node of the one before. */
  private isLast(bytes: Uint8Array, from: number, end: number): boolean {
    const { lastName } = this;
    if (lastName.length !== end - from) return false;
    for (let i = 0; i < lastName.length; i += 1) if (lastName[i] !== bytes[from + i]) return false;
    return true;
  }

  private numberOf(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    if (this.numbers.size >= NODES_MAX) this.numbers.clear();
    this.given += 1;
    this.numbers.set(name, this.given);
    return this.given;
  }
}

/** Four octets from `at` on as a number, those at and behind `end` as 0. */
const wordAt = (bytes: Uint8Array, at: number, end: number): number => {
  if (at >= end) return 0;
  let word = 0;
  for (let i = at; i < at + 4; i += 1) word = (word << 8) | (i < end ? (bytes[i] ?? 0) : 0);
  return word;
};

/** Mixes a number in, so that every bit of it reaches the lowest (the multiplier of MurmurHash3's second step). */
const mix = (hash: number, value: number): number => {
  const mixed = Math.imul(hash ^ value, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
};

/** A bit that no id of a message has: those have 16. */
const NO_ID = 0x1_0000;

/**
 * In place of the id of a message that is not there: the time of the query, which CoreDNS writes into query and response (without
 * `full` it writes no message into either). As part of the base it tells apart whatever one client asks at once.
 */
const idOfTime = (time: TapTime | undefined): number =>
  time === undefined ? NO_ID : mix(mix(0, time.seconds), time.nanoseconds) | NO_ID;

/** The key of a message of a node; `dns` is undefined where it was not recorded. */
export const pairKeyOf = (bytes: Uint8Array, node: number, tap: TapMessage, dns: DnsMessage | undefined): PairKey => {
  const id = dns?.id ?? idOfTime(tap.queryTime);
  const { protocol, queryPort, responsePort } = tap;
  const { from, to } = tap.queryAddress;
  const address0 = wordAt(bytes, from, to);
  const address1 = wordAt(bytes, from + 4, to);
  const address2 = wordAt(bytes, from + 8, to);
  const address3 = wordAt(bytes, from + 12, to);
  const hash = mix(mix(mix(mix(node, address0), address1), address2), address3);
  return {
    baseHash: mix(mix(mix(mix(hash, protocol), responsePort), queryPort), id),
    node,
    protocol,
    queryPort,
    responsePort,
    id,
    addressOctets: to - from,
    address0,
    address1,
    address2,
    address3,
    nameHash: dns?.question === 'read' ? dns.nameHash : undefined,
  };
};

/** Octets of one key in columns: eight numbers of 32 bits, two ports, id and two small ones. */
const WORDS = { baseHash: 0, node: 1, id: 2, address0: 3, address1: 4, address2: 5, address3: 6, nameHash: 7 } as const;
const WORDS_PER_KEY = 8;
/** Ports have 16 bits; of what is larger, which is damage, the lower ones count. */
const SHORTS = { queryPort: 0, responsePort: 1 } as const;
const SHORTS_PER_KEY = 2;
/** Protocols and lengths of addresses are small; of larger ones, which is damage, the lower bits count. */
const BYTES = { protocol: 0, addressOctets: 1, isNamed: 2 } as const;
const BYTES_PER_KEY = 3;

/** Keys by place, as columns: 39 octets each, where an object has 120. */
export class PairKeys {
  private readonly words: Int32Array;
  private readonly shorts: Uint16Array;
  private readonly bytes: Uint8Array;

  /** Room for so many; those of a smaller one keep their places. */
  constructor(capacity: number, smaller?: PairKeys) {
    this.words = new Int32Array(capacity * WORDS_PER_KEY);
    this.shorts = new Uint16Array(capacity * SHORTS_PER_KEY);
    this.bytes = new Uint8Array(capacity * BYTES_PER_KEY);
    if (smaller === undefined) return;
    this.words.set(smaller.words);
    this.shorts.set(smaller.shorts);
    this.bytes.set(smaller.bytes);
  }

  set(place: number, key: PairKey): void {
    const [word, short, byte] = [place * WORDS_PER_KEY, place * SHORTS_PER_KEY, place * BYTES_PER_KEY];
    const { words, shorts, bytes } = this;
    words[word + WORDS.baseHash] = key.baseHash;
    words[word + WORDS.node] = key.node;
    words[word + WORDS.id] = key.id;
    words[word + WORDS.address0] = key.address0;
    words[word + WORDS.address1] = key.address1;
    words[word + WORDS.address2] = key.address2;
    words[word + WORDS.address3] = key.address3;
    words[word + WORDS.nameHash] = key.nameHash ?? 0;
    shorts[short + SHORTS.queryPort] = key.queryPort;
    shorts[short + SHORTS.responsePort] = key.responsePort;
    bytes[byte + BYTES.protocol] = key.protocol;
    bytes[byte + BYTES.addressOctets] = key.addressOctets;
    bytes[byte + BYTES.isNamed] = key.nameHash === undefined ? 0 : 1;
  }

  baseHash(place: number): number {
    return this.words[place * WORDS_PER_KEY + WORDS.baseHash]!;
  }

  /** Whether the message at a place and another differ in nothing but their names. */
  isSameBase(place: number, key: PairKey): boolean {
    const [word, short, byte] = [place * WORDS_PER_KEY, place * SHORTS_PER_KEY, place * BYTES_PER_KEY];
    const { words, shorts, bytes } = this;
    return (
      words[word + WORDS.baseHash] === (key.baseHash | 0) &&
      words[word + WORDS.id] === key.id &&
      shorts[short + SHORTS.queryPort] === (key.queryPort & 0xffff) &&
      shorts[short + SHORTS.responsePort] === (key.responsePort & 0xffff) &&
      bytes[byte + BYTES.protocol] === (key.protocol & 0xff) &&
      words[word + WORDS.node] === key.node &&
      bytes[byte + BYTES.addressOctets] === (key.addressOctets & 0xff) &&
      words[word + WORDS.address0] === (key.address0 | 0) &&
      words[word + WORDS.address1] === (key.address1 | 0) &&
      words[word + WORDS.address2] === (key.address2 | 0) &&
      words[word + WORDS.address3] === (key.address3 | 0)
    );
  }

  /** Whether the names of two messages of one base are the same, or both cannot be read. */
  isSameName(place: number, { nameHash }: PairKey): boolean {
    const isNamed = this.bytes[place * BYTES_PER_KEY + BYTES.isNamed] === 1;
    return isNamed === (nameHash !== undefined) && (!isNamed || this.hasHash(place, nameHash));
  }

  /** Whether two messages of one base can be of one name. */
  fitsName(place: number, { nameHash }: PairKey): boolean {
    const isNamed = this.bytes[place * BYTES_PER_KEY + BYTES.isNamed] === 1;
    return !isNamed || nameHash === undefined || this.hasHash(place, nameHash);
  }

  private hasHash(place: number, nameHash: number | undefined): boolean {
    return this.words[place * WORDS_PER_KEY + WORDS.nameHash] === ((nameHash ?? 0) | 0);
  }
}

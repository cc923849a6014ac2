import type { DnsMessage } from './dns-message.js';
import type { Span, TapMessage } from './dnstap-message.js';

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
  /** Of the DNS message. */
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

/** The key of a message of a node. */
export const pairKeyOf = (bytes: Uint8Array, node: number, tap: TapMessage, dns: DnsMessage): PairKey => {
  const { protocol, queryPort, responsePort } = tap;
  const { from, to } = tap.queryAddress;
  const address0 = wordAt(bytes, from, to);
  const address1 = wordAt(bytes, from + 4, to);
  const address2 = wordAt(bytes, from + 8, to);
  const address3 = wordAt(bytes, from + 12, to);
  const hash = mix(mix(mix(mix(node, address0), address1), address2), address3);
  return {
    baseHash: mix(mix(mix(mix(hash, protocol), responsePort), queryPort), dns.id),
    node,
    protocol,
    queryPort,
    responsePort,
    id: dns.id,
    addressOctets: to - from,
    address0,
    address1,
    address2,
    address3,
    nameHash: dns.question === 'read' ? dns.nameHash : undefined,
  };
};

/** Whether two messages differ in nothing but their names. */
export const isSameBase = (a: PairKey, b: PairKey): boolean =>
  a.baseHash === b.baseHash &&
  a.id === b.id &&
  a.queryPort === b.queryPort &&
  a.responsePort === b.responsePort &&
  a.protocol === b.protocol &&
  a.node === b.node &&
  a.addressOctets === b.addressOctets &&
  a.address0 === b.address0 &&
  a.address1 === b.address1 &&
  a.address2 === b.address2 &&
  a.address3 === b.address3;

/** Whether two messages of one base can be of one name. */
export const fitsName = (a: PairKey, b: PairKey): boolean =>
  a.nameHash === b.nameHash || a.nameHash === undefined || b.nameHash === undefined;

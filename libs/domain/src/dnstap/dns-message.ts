import { findName, skipName } from './dns-name.js';

/** What a DNS message says, as far as an outcome depends on it. Of its bytes it keeps nothing. */
export interface DnsMessage {
  readonly id: number;
  /** 0 is a query; notifications, updates and the rest are not. */
  readonly opcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  /** 12 bits: four of the header, eight of EDNS. BADVERS looks like NOERROR in the header alone. */
  readonly rcode: number;
  /** Whether there is a question, and whether it can be read. Unless it was read, hash, type and class are 0. */
  readonly question: 'none' | 'read' | 'refused';
  /** Octets of the name, the closing zero included; of a name that cannot be read, as far as it goes. It begins at `NAME_AT`. */
  readonly nameOctets: number;
  /** Of the lower-case name. */
  readonly nameHash: number;
  readonly qtype: number;
  readonly qclass: number;
  /** As the header counts them. */
  readonly answers: number;
  readonly soaInAuthority: boolean;
  /** The serial of that SOA; undefined without one. */
  readonly soaSerial: number | undefined;
  readonly nsInAuthority: boolean;
  /** EDNS: DNSSEC wanted; client subnet present. */
  readonly dnssecOk: boolean;
  readonly clientSubnet: boolean;
  /** Every section was read to its end. */
  readonly isWhole: boolean;
}

const HEADER_OCTETS = 12;
/** Where the name of the question stands in a message. */
export const NAME_AT = HEADER_OCTETS;
const TYPE = { ns: 2, soa: 6, opt: 41 } as const;
const OPTION_CLIENT_SUBNET = 8;

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** A message while it is read. */
class Reading implements DnsMessage {
  readonly id: number;
  readonly opcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  rcode: number;
  question: DnsMessage['question'] = 'none';
  nameOctets = 0;
  nameHash = 0;
  qtype = 0;
  qclass = 0;
  readonly answers: number;
  soaInAuthority = false;
  soaSerial: number | undefined = undefined;
  nsInAuthority = false;
  dnssecOk = false;
  clientSubnet = false;
  isWhole = false;

  constructor(bytes: Uint8Array, from: number) {
    const flags = bytes[from + 2] ?? 0;
    this.id = u16(bytes, from);
    this.opcode = (flags >> 3) & 0x0f;
    this.aa = (flags & 0x04) !== 0;
    this.tc = (flags & 0x02) !== 0;
    this.rcode = (bytes[from + 3] ?? 0) & 0x0f;
    this.answers = u16(bytes, from + 6);
  }
}

/** Reads the first question; where the next section or question begins when it could be read. */
const readQuestion = (bytes: Uint8Array, offset: number, end: number, into: Reading): number | undefined => {
  const name = findName(bytes, offset, end);
  into.nameOctets = name.octets;
  into.question = 'refused';
  const after = offset + name.octets;
  if ('fault' in name || after + 4 > end) return undefined;
  into.question = 'read';
  into.nameHash = name.hash;
  into.qtype = u16(bytes, after);
  into.qclass = u16(bytes, after + 2);
  return after + 4;
};

const hasOption = (bytes: Uint8Array, from: number, to: number, code: number): boolean => {
  for (let at = from; at + 4 <= to; at += 4 + u16(bytes, at + 2)) if (u16(bytes, at) === code) return true;
  return false;
};

const noteOpt = (bytes: Uint8Array, at: number, end: number, into: Reading): void => {
  into.rcode = (bytes[at + 4] ?? 0) * 16 + (into.rcode & 0x0f);
  into.dnssecOk = ((bytes[at + 6] ?? 0) & 0x80) !== 0;
  into.clientSubnet = hasOption(bytes, at + 10, end, OPTION_CLIENT_SUBNET);
};

/** The serial stands behind the names of the server and of who is responsible. */
const noteSoa = (bytes: Uint8Array, data: number, end: number, into: Reading): void => {
  into.soaInAuthority = true;
  const responsible = skipName(bytes, data, end);
  const at = responsible === undefined ? undefined : skipName(bytes, responsible, end);
  if (at !== undefined && at + 4 <= end) into.soaSerial = u16(bytes, at) * 0x1_0000 + u16(bytes, at + 2);
};

/** Behind `count` questions; undefined when they are cut off. */
const skipQuestions = (bytes: Uint8Array, from: number, end: number, count: number): number | undefined => {
  let at: number | undefined = from;
  for (let i = 0; i < count && at !== undefined; i += 1) {
    at = skipName(bytes, at, end);
    if (at !== undefined) at += 4;
  }
  return at;
};

/**
 * Walks the records, whose counts stand in the header at `from`; whether all could be read. Each takes eleven octets at least, so
 * the counts cannot make this long.
 */
const readRecords = (bytes: Uint8Array, from: number, start: number, limit: number, into: Reading): boolean => {
  const authorityFrom = u16(bytes, from + 6);
  const additionalFrom = authorityFrom + u16(bytes, from + 8);
  const all = additionalFrom + u16(bytes, from + 10);
  let at = start;
  for (let i = 0; i < all; i += 1) {
    const fixed = skipName(bytes, at, limit);
    if (fixed === undefined || fixed + 10 > limit) return false;
    const end = fixed + 10 + u16(bytes, fixed + 8);
    if (end > limit) return false;
    const type = u16(bytes, fixed);
    if (i >= additionalFrom) {
      if (type === TYPE.opt) noteOpt(bytes, fixed, end, into);
    } else if (i >= authorityFrom) {
      if (type === TYPE.soa) noteSoa(bytes, fixed + 10, end, into);
      if (type === TYPE.ns) into.nsInAuthority = true;
    }
    at = end;
  }
  return at <= limit;
};

const CLASS_IN = 1;
/** Zone transfers, incremental and whole. */
const TRANSFERS: readonly number[] = [251, 252];

/**
 * Whether a message asks for data of a zone, as resolvers do. Servers rightly refuse transfers, updates and other classes to
 * strangers: such a refusal says nothing against the server, and a stranger must not be able to make it look lame.
 */
export const isLookup = ({ opcode, question, qclass, qtype }: DnsMessage): boolean =>
  opcode === 0 && question === 'read' && qclass === CLASS_IN && !TRANSFERS.includes(qtype);

/**
 * Reads the DNS message in [from, to); undefined when not even its header is there. Never throws, whatever a packet holds.
 */
export const readDnsMessage = (bytes: Uint8Array, from = 0, to = bytes.length): DnsMessage | undefined => {
  if (to - from < HEADER_OCTETS) return undefined;
  const reading = new Reading(bytes, from);
  const questions = u16(bytes, from + 4);
  const name = from + NAME_AT;
  const behindFirst = questions === 0 ? undefined : readQuestion(bytes, name, to, reading);
  const records =
    behindFirst === undefined
      ? skipQuestions(bytes, name, to, questions)
      : skipQuestions(bytes, behindFirst, to, questions - 1);
  reading.isWhole = records !== undefined && readRecords(bytes, from, records, to, reading);
  return reading;
};

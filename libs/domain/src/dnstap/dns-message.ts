import { findName, type NameFault, type NamePlace, skipName } from './dns-name.js';

/** The question of a message, or why it cannot be read. */
export type Question =
  | { readonly kind: 'read'; readonly name: NamePlace; readonly qtype: number; readonly qclass: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly fault: NameFault; readonly octets: number };

/** What a DNS message says, as far as an outcome depends on it. */
export interface DnsMessage {
  readonly bytes: Uint8Array;
  readonly id: number;
  /** 0 is a query; notifications, updates and the rest are not. */
  readonly opcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  /** 12 bits: four of the header, eight of EDNS. BADVERS looks like NOERROR in the header alone. */
  readonly rcode: number;
  readonly question: Question;
  /** As the header counts them. */
  readonly answers: number;
  readonly soaInAuthority: boolean;
  readonly nsInAuthority: boolean;
  /** EDNS: DNSSEC wanted; client subnet present. */
  readonly dnssecOk: boolean;
  readonly clientSubnet: boolean;
  /** Every section was read to its end. */
  readonly isWhole: boolean;
}

const HEADER_OCTETS = 12;
const TYPE = { ns: 2, soa: 6, opt: 41 } as const;
const OPTION_CLIENT_SUBNET = 8;

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

const readQuestion = (bytes: Uint8Array, count: number): Question => {
  if (count === 0) return { kind: 'none' };
  const name = findName(bytes, HEADER_OCTETS);
  if ('fault' in name) return { kind: 'refused', ...name };
  const end = name.offset + name.octets;
  if (end + 4 > bytes.length) return { kind: 'refused', fault: 'cut_off', octets: name.octets };
  return { kind: 'read', name, qtype: u16(bytes, end), qclass: u16(bytes, end + 2) };
};

interface Sections {
  soaInAuthority: boolean;
  nsInAuthority: boolean;
  rcodeHigh: number;
  dnssecOk: boolean;
  clientSubnet: boolean;
  isWhole: boolean;
}

const hasOption = (bytes: Uint8Array, from: number, to: number, code: number): boolean => {
  for (let at = from; at + 4 <= to; at += 4 + u16(bytes, at + 2)) if (u16(bytes, at) === code) return true;
  return false;
};

const noteOpt = (bytes: Uint8Array, at: number, end: number, into: Sections): void => {
  into.rcodeHigh = bytes[at + 4] ?? 0;
  into.dnssecOk = ((bytes[at + 6] ?? 0) & 0x80) !== 0;
  into.clientSubnet = hasOption(bytes, at + 10, end, OPTION_CLIENT_SUBNET);
};

/** Behind the question section; undefined when it is cut off. */
const skipQuestions = (bytes: Uint8Array, count: number): number | undefined => {
  let at: number | undefined = HEADER_OCTETS;
  for (let i = 0; i < count && at !== undefined; i += 1) {
    at = skipName(bytes, at);
    if (at !== undefined) at += 4;
  }
  return at;
};

/** Walks the records. Each takes eleven octets at least, so the counts of the header cannot make this long. */
const readSections = (bytes: Uint8Array, counts: readonly [number, number, number, number], into: Sections): void => {
  let at = skipQuestions(bytes, counts[0]);
  const authorityFrom = counts[1];
  const additionalFrom = authorityFrom + counts[2];
  const all = additionalFrom + counts[3];
  for (let i = 0; i < all; i += 1) {
    at = at === undefined ? undefined : skipName(bytes, at);
    if (at === undefined || at + 10 > bytes.length) return;
    const end = at + 10 + u16(bytes, at + 8);
    if (end > bytes.length) return;
    const type = u16(bytes, at);
    if (i >= additionalFrom) {
      if (type === TYPE.opt) noteOpt(bytes, at, end, into);
    } else if (i >= authorityFrom) {
      if (type === TYPE.soa) into.soaInAuthority = true;
      if (type === TYPE.ns) into.nsInAuthority = true;
    }
    at = end;
  }
  into.isWhole = at !== undefined && at <= bytes.length;
};

const CLASS_IN = 1;
/** Zone transfers, incremental and whole. */
const TRANSFERS: readonly number[] = [251, 252];

/**
 * Whether a message asks for data of a zone, as resolvers do. Servers rightly refuse transfers, updates and other classes to
 * strangers: such a refusal says nothing against the server, and a stranger must not be able to make it look lame.
 */
export const isLookup = ({ opcode, question }: DnsMessage): boolean =>
  opcode === 0 && question.kind === 'read' && question.qclass === CLASS_IN && !TRANSFERS.includes(question.qtype);

/** Reads a DNS message; undefined when not even its header is there. Never throws, whatever a packet holds. */
export const readDnsMessage = (bytes: Uint8Array): DnsMessage | undefined => {
  if (bytes.length < HEADER_OCTETS) return undefined;
  const counts = [u16(bytes, 4), u16(bytes, 6), u16(bytes, 8), u16(bytes, 10)] as const;
  const sections: Sections = {
    soaInAuthority: false,
    nsInAuthority: false,
    rcodeHigh: 0,
    dnssecOk: false,
    clientSubnet: false,
    isWhole: false,
  };
  readSections(bytes, counts, sections);
  const flags = bytes[2] ?? 0;
  const { rcodeHigh, ...rest } = sections;
  return {
    bytes,
    id: u16(bytes, 0),
    opcode: (flags >> 3) & 0x0f,
    aa: (flags & 0x04) !== 0,
    tc: (flags & 0x02) !== 0,
    rcode: rcodeHigh * 16 + ((bytes[3] ?? 0) & 0x0f),
    question: readQuestion(bytes, counts[0]),
    answers: counts[1],
    ...rest,
  };
};

import { classify, type Observation } from '../outcome/classify.js';
import { type DnsMessage, isLookup } from './dns-message.js';
import type { TapTime } from './dnstap-message.js';
import { type FoundZone, NO_ZONE } from './zone-finder.js';

/** One outcome, as a row of a batch. */
export interface TapOutcome {
  /** Event time, µs since the epoch. */
  readonly atUs: number;
  readonly zone: string;
  /** undefined: a coarse clock, no query, damaged times. */
  readonly latencyNs: number | undefined;
  readonly outcome: number;
  readonly qtype: number;
  /** undefined: there is no response to read. */
  readonly rcode: number | undefined;
  readonly transport: number;
  /** v6 1, tc 2, aa 4, do 8, ecs 16. */
  readonly flags: number;
  /** Octets of the name, 255 = longer. */
  readonly qnameLen: number;
}

/** A DNS message that could be read, and the zone that it asks for: undefined when its question cannot be read. */
export interface ZonedMessage {
  readonly dns: DnsMessage;
  readonly zone: FoundZone | undefined;
}

/** Bits of `TapOutcome.flags`. */
const FLAG = { v6: 1, tc: 2, aa: 4, dnssecOk: 8, clientSubnet: 16 } as const;
/** A bit of `Asked.flags` that is none of `TapOutcome.flags`: data of a zone was asked for. */
const LOOKUP = 32;

/**
 * What an outcome needs of its query: six numbers and references in one object, since tens of thousands wait when nobody answers. Made
 * once per query, also of one that a response carries.
 */
export class Asked {
  readonly zone: FoundZone | undefined;
  readonly qtype: number;
  /** undefined: the message was not recorded. */
  readonly nameOctets: number | undefined;
  private readonly flags: number;
  /** As 32 bits each, so that they need no object of their own; no time is 0 seconds. */
  private readonly seconds: number;
  private readonly nanoseconds: number;

  constructor(message: ZonedMessage | undefined, time: TapTime | undefined) {
    const dns = message?.dns;
    this.zone = message?.zone;
    this.qtype = dns?.qtype ?? 0;
    this.nameOctets = dns?.nameOctets;
    this.flags = dns === undefined ? 0 : wishesOf(dns) | (isLookup(dns) ? LOOKUP : 0);
    this.seconds = (time?.seconds ?? 0) | 0;
    this.nanoseconds = (time?.nanoseconds ?? 0) | 0;
  }

  get isRecorded(): boolean {
    return this.nameOctets !== undefined;
  }

  get isLookup(): boolean {
    return (this.flags & LOOKUP) !== 0;
  }

  /** Those of `TapOutcome.flags` that a query has. */
  get wishes(): number {
    return this.flags & ~LOOKUP;
  }

  get time(): TapTime | undefined {
    const { seconds, nanoseconds } = this;
    return seconds === 0 ? undefined : { seconds: seconds >>> 0, nanoseconds };
  }
}

const wishesOf = ({ dnssecOk, clientSubnet }: DnsMessage): number =>
  (dnssecOk ? FLAG.dnssecOk : 0) | (clientSubnet ? FLAG.clientSubnet : 0);

/** What was answered to what, as far as either is known. */
export interface Exchange {
  readonly response: ZonedMessage | undefined;
  readonly query: Asked | undefined;
  readonly isV6: boolean;
  /** Something else says that the answer is wrong. */
  readonly contradicted: boolean;
}

const QNAME_LEN_MAX = 255;
const NOWHERE: FoundZone = { zone: NO_ZONE, isAssigned: false };

const observe = (dns: DnsMessage | undefined, zoneAssigned: boolean, contradicted: boolean): Observation => {
  if (dns === undefined) return { kind: 'unreadable' };
  const { rcode, tc, aa, answers, soaInAuthority, nsInAuthority } = dns;
  const answer = { rcode, tc, aa, answers, soaInAuthority, nsInAuthority, zoneAssigned, contradicted };
  return { kind: 'answered', answer };
};

const flagsOf = (response: DnsMessage | undefined, query: Asked | undefined, isV6: boolean): number =>
  (isV6 ? FLAG.v6 : 0) |
  (response?.tc === true ? FLAG.tc : 0) |
  (response?.aa === true ? FLAG.aa : 0) |
  (response === undefined ? 0 : wishesOf(response)) |
  (query?.wishes ?? 0);

/** Class, zone and the rest of an exchange; undefined while there is no outcome. The question of the response goes first. */
export const outcomeOf = ({
  response,
  query,
  isV6,
  contradicted,
}: Exchange): Omit<TapOutcome, 'atUs' | 'latencyNs' | 'transport'> | undefined => {
  const dns = response?.dns;
  const isOfQuery = response?.zone === undefined;
  const { zone, isAssigned } = (isOfQuery ? query?.zone : response.zone) ?? NOWHERE;
  const wantsData = isOfQuery ? query?.isLookup === true : isLookup(response.dns);
  const outcome = classify(observe(dns, isAssigned && wantsData, contradicted));
  if (outcome === undefined) return undefined;
  return {
    zone,
    outcome,
    qtype: (isOfQuery ? query?.qtype : response.dns.qtype) ?? 0,
    rcode: dns?.rcode,
    flags: flagsOf(dns, query, isV6),
    qnameLen: Math.min(QNAME_LEN_MAX, Math.max(dns?.nameOctets ?? 0, query?.nameOctets ?? 0)),
  };
};

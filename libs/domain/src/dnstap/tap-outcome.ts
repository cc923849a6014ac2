import { classify, type Observation } from '../outcome/classify.js';
import { type DnsMessage, isLookup } from './dns-message.js';
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

/** What was answered to what, as far as either is known. */
export interface Exchange {
  readonly response: ZonedMessage | undefined;
  readonly query: ZonedMessage | undefined;
  readonly isV6: boolean;
}

const QNAME_LEN_MAX = 255;
const NOWHERE: FoundZone = { zone: NO_ZONE, isAssigned: false };

const observe = (dns: DnsMessage | undefined, zoneAssigned: boolean): Observation => {
  if (dns === undefined) return { kind: 'unreadable' };
  const { rcode, tc, aa, answers, soaInAuthority, nsInAuthority } = dns;
  const answer = { rcode, tc, aa, answers, soaInAuthority, nsInAuthority, zoneAssigned, contradicted: false };
  return { kind: 'answered', answer };
};

const flagsOf = (response: DnsMessage | undefined, query: DnsMessage | undefined, isV6: boolean): number =>
  (isV6 ? 1 : 0) |
  (response?.tc === true ? 2 : 0) |
  (response?.aa === true ? 4 : 0) |
  (response?.dnssecOk === true || query?.dnssecOk === true ? 8 : 0) |
  (response?.clientSubnet === true || query?.clientSubnet === true ? 16 : 0);

/** Class, zone and the rest of an exchange; undefined while there is no outcome. The question of the response goes first. */
export const outcomeOf = ({
  response,
  query,
  isV6,
}: Exchange): Omit<TapOutcome, 'atUs' | 'latencyNs' | 'transport'> | undefined => {
  const named = response?.zone === undefined ? query : response;
  const { zone, isAssigned } = named?.zone ?? NOWHERE;
  const outcome = classify(observe(response?.dns, isAssigned && named !== undefined && isLookup(named.dns)));
  if (outcome === undefined) return undefined;
  return {
    zone,
    outcome,
    qtype: named?.dns.qtype ?? 0,
    rcode: response?.dns.rcode,
    flags: flagsOf(response?.dns, query?.dns, isV6),
    qnameLen: Math.min(QNAME_LEN_MAX, Math.max(response?.dns.nameOctets ?? 0, query?.dns.nameOctets ?? 0)),
  };
};

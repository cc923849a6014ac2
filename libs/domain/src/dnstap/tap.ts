import { classify, type Observation } from '../outcome/classify.js';
import { type DnsMessage, isLookup, readDnsMessage } from './dns-message.js';
import { labelsOf } from './dns-name.js';
import { readTapMessage, type TapMessage, type TapTime, usOf } from './dnstap-message.js';
import { type PairKey, type Paired, Pairing } from './pairing.js';
import { createLatencyMeter } from './tap-latency.js';
import { type FindZone, NO_ZONE } from './zone-finder.js';

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

/** What was seen, and what could not be; over the life of a tap. */
export interface TapCounts {
  /** Data frames. */
  frames: number;
  /** Of them, frames that are no dnstap message. */
  undecodable: number;
  /** Traffic of a resolver with its upstreams, and of tools: no outcomes. */
  upstream: number;
  queries: number;
  responses: number;
  pairs: number;
  unpairedQueries: number;
  orphanResponses: number;
  /** Messages without a whole header, with a question that cannot be read, or cut off. */
  malformed: number;
  /** Times that contradict each other or are missing. */
  clockFaults: number;
}

interface Seen {
  readonly key: PairKey;
  readonly isQuery: boolean;
  readonly carriesQuery: boolean;
  readonly tap: TapMessage;
  readonly dns: DnsMessage | undefined;
}

/** Where the sender of a message stands on the DNS path: only its answers to clients are outcomes. */
const isOutcome = ({ family }: TapMessage): boolean => family === 'auth' || family === 'client';

const QNAME_LEN_MAX = 255;
/** A clock that leaps further than this was set, and does not say what time it is now. */
const CLOCK_LEAP_US_MAX = 3_600_000_000;

const noCounts = (): TapCounts => ({
  frames: 0,
  undecodable: 0,
  upstream: 0,
  queries: 0,
  responses: 0,
  pairs: 0,
  unpairedQueries: 0,
  orphanResponses: 0,
  malformed: 0,
  clockFaults: 0,
});

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 64));

const keyOf = (tap: TapMessage, dns: DnsMessage): PairKey => ({
  base: `${latin1(tap.identity)}/${tap.protocol}/${latin1(tap.queryAddress)}/${tap.queryPort}/${tap.responsePort}/${dns.id}`,
  nameHash: dns.question.kind === 'read' ? dns.question.name.hash : undefined,
});

const seenOf = (tap: TapMessage, dns: DnsMessage): Seen => ({
  key: keyOf(tap, dns),
  isQuery: tap.isQuery,
  carriesQuery: !tap.isQuery && (tap.queryTime !== undefined || tap.queryMessage !== undefined),
  tap,
  dns,
});

const isMalformed = (dns: DnsMessage | undefined): boolean =>
  dns === undefined || dns.question.kind === 'refused' || !dns.isWhole;

const lengthOf = (dns: DnsMessage | undefined): number => {
  if (dns === undefined || dns.question.kind === 'none') return 0;
  const { question } = dns;
  return Math.min(QNAME_LEN_MAX, question.kind === 'read' ? question.name.octets : question.octets);
};

/**
 * Turns data frames into outcomes: decodes, pairs, classifies, counts. Holds no clock: the time of a live tap comes from its owner
 * (`advance`), that of a recording from the messages themselves.
 */
export class Tap {
  readonly counts: TapCounts = noCounts();
  private readonly pairing: Pairing<Seen>;
  private readonly latency = createLatencyMeter();
  private nowUs = 0;

  constructor(
    private readonly findZone: FindZone,
    private readonly emit: (outcome: TapOutcome) => void,
  ) {
    this.pairing = new Pairing((paired) => this.conclude(paired));
  }

  /** Takes the payload of a data frame. What it holds on to is its own. */
  take(payload: Uint8Array): void {
    this.counts.frames += 1;
    const tap = readTapMessage(payload.slice());
    if (tap === undefined) this.counts.undecodable += 1;
    else if (!isOutcome(tap)) this.counts.upstream += 1;
    else this.takeMessage(tap);
  }

  /** Says what time it is: queries that have waited too long are given up. */
  advance(nowUs: number): void {
    this.nowUs = nowUs;
    this.pairing.advance(nowUs);
  }

  /** Nothing more will come: what still waits is given up. */
  end(): void {
    this.pairing.end();
  }

  private takeMessage(tap: TapMessage): void {
    const { isQuery } = tap;
    this.counts[isQuery ? 'queries' : 'responses'] += 1;
    const bytes = isQuery ? tap.queryMessage : tap.responseMessage;
    const dns = bytes === undefined ? undefined : readDnsMessage(bytes);
    if (isQuery ? isMalformed(dns) : bytes !== undefined && isMalformed(dns)) this.counts.malformed += 1;
    this.follow(isQuery ? tap.queryTime : tap.responseTime);
    // Without its header a message has no id: nothing could find it.
    if (dns !== undefined) this.pairing.take(seenOf(tap, dns), this.nowUs);
    else if (isQuery) this.counts.unpairedQueries += 1;
    else this.report(tap, undefined, undefined);
  }

  private follow(time: TapTime | undefined): void {
    if (time === undefined) return;
    const atUs = usOf(time);
    if (this.nowUs === 0 || (atUs > this.nowUs && atUs - this.nowUs < CLOCK_LEAP_US_MAX)) this.nowUs = atUs;
  }

  private conclude({ query, response }: Paired<Seen>): void {
    if (response === undefined) {
      this.counts.unpairedQueries += 1;
      return;
    }
    if (query !== undefined) this.counts.pairs += 1;
    else if (!response.carriesQuery) this.counts.orphanResponses += 1;
    this.report(response.tap, response.dns, query);
  }

  private report(tap: TapMessage, dns: DnsMessage | undefined, paired: Seen | undefined): void {
    const carried = tap.queryMessage === undefined ? undefined : readDnsMessage(tap.queryMessage);
    const query = carried ?? paired?.dns;
    const from = tap.queryTime ?? paired?.tap.queryTime;
    const named = [dns, query].find((message) => message?.question.kind === 'read');
    const question = named?.question;
    const labels = named !== undefined && question?.kind === 'read' ? labelsOf(named.bytes, question.name) : [];
    const { zone, isAssigned } = labels.length === 0 ? { zone: NO_ZONE, isAssigned: false } : this.findZone(labels);
    const outcome = classify(this.observe(dns, isAssigned && named !== undefined && isLookup(named)));
    // Of an answer there always is one; only what was not answered can have none.
    if (outcome === undefined) return;
    this.emit({
      atUs: this.timeOf(tap.responseTime ?? from),
      zone,
      latencyNs: this.latencyNs(from, tap.responseTime),
      outcome,
      qtype: question?.kind === 'read' ? question.qtype : 0,
      rcode: dns?.rcode,
      transport: tap.protocol & 0xff,
      flags: this.flagsOf(tap, dns, query),
      qnameLen: Math.max(lengthOf(dns), lengthOf(query)),
    });
  }

  private observe(dns: DnsMessage | undefined, zoneAssigned: boolean): Observation {
    if (dns === undefined) return { kind: 'unreadable' };
    const { rcode, tc, aa, answers, soaInAuthority, nsInAuthority } = dns;
    const answer = { rcode, tc, aa, answers, soaInAuthority, nsInAuthority, zoneAssigned, contradicted: false };
    return { kind: 'answered', answer };
  }

  private latencyNs(from: TapTime | undefined, to: TapTime | undefined): number | undefined {
    const latency = this.latency(from, to);
    if (latency.kind === 'clock_fault') this.counts.clockFaults += 1;
    return latency.kind === 'known' ? latency.ns : undefined;
  }

  private timeOf(time: TapTime | undefined): number {
    if (time !== undefined) return usOf(time);
    this.counts.clockFaults += 1;
    return this.nowUs;
  }

  private flagsOf(tap: TapMessage, dns: DnsMessage | undefined, query: DnsMessage | undefined): number {
    return (
      (tap.isV6 ? 1 : 0) |
      (dns?.tc === true ? 2 : 0) |
      (dns?.aa === true ? 4 : 0) |
      (dns?.dnssecOk === true || query?.dnssecOk === true ? 8 : 0) |
      (dns?.clientSubnet === true || query?.clientSubnet === true ? 16 : 0)
    );
  }
}

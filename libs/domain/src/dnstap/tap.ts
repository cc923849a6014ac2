import { type DnsMessage, NAME_AT, readDnsMessage } from './dns-message.js';
import { readTapMessage, type Span, type TapMessage, type TapTime, usOf } from './dnstap-message.js';
import { NodeNumbers, pairKeyOf } from './pair-key.js';
import { type Paired, Pairing } from './pairing.js';
import type { RecentNames } from './recent-names.js';
import { noCounts, type TapCounts } from './tap-counts.js';
import { createLatencyMeter } from './tap-latency.js';
import { Asked, outcomeOf, type TapOutcome, type ZonedMessage } from './tap-outcome.js';
import type { FindZone } from './zone-finder.js';

/** A response, and what is known of it before its query. */
interface Answered {
  readonly tap: TapMessage;
  /** As `NodeNumbers` counts it. */
  readonly node: number;
  /** undefined: it was not recorded, or has no whole header. */
  readonly message: ZonedMessage | undefined;
  /** The query that it carries. */
  readonly carried: Asked | undefined;
  readonly contradicted: boolean;
}

/** Where the sender of a message stands on the DNS path: only its answers to clients are outcomes. */
const isOutcome = ({ family }: TapMessage): boolean => family === 'auth' || family === 'client';

/** A clock that leaps further than this was set, and does not say what time it is now. */
const CLOCK_LEAP_US_MAX = 3_600_000_000;
/** The owner of a live tap says the time four times a second. A message that is further ahead was stamped by a clock that is wrong. */
const CLOCK_AHEAD_US_MAX = 1_000_000;

const isMalformed = (dns: DnsMessage | undefined): boolean =>
  dns === undefined || dns.question === 'refused' || !dns.isWhole;

/**
 * Turns data frames into outcomes: decodes, pairs, classifies, counts. Holds no clock: the time of a live tap comes from its owner
 * (`advance`), and from messages only between two times that it is told; that of a recording from the messages themselves.
 */
export class Tap {
  readonly counts: TapCounts = noCounts();
  private readonly nodes = new NodeNumbers();
  private readonly pairing: Pairing<Asked | Answered>;
  private readonly latency = createLatencyMeter();
  private nowUs = 0;
  /** What the owner said; undefined: a recording. */
  private toldUs: number | undefined;

  constructor(
    private readonly findZone: FindZone,
    private readonly emit: (outcome: TapOutcome) => void,
    /** Finds NXDOMAIN that contradicts recent answers; without it none is suspected. */
    private readonly names?: RecentNames,
  ) {
    this.pairing = new Pairing((paired) => this.conclude(paired));
  }

  /** Takes the payload of a data frame, and holds on to nothing of it. */
  take(payload: Uint8Array): void {
    this.counts.frames += 1;
    const tap = readTapMessage(payload);
    if (tap === undefined) this.counts.undecodable += 1;
    else if (!isOutcome(tap)) this.counts.upstream += 1;
    else this.takeMessage(payload, tap);
  }

  /** Says what time it is: queries that have waited too long are given up. */
  advance(nowUs: number): void {
    this.nowUs = nowUs;
    this.toldUs = nowUs;
    this.pairing.advance(nowUs);
  }

  /** Nothing more will come: what still waits is given up. */
  end(): void {
    this.pairing.end();
  }

  /** Messages that wait for their counterpart. */
  get waiting(): number {
    return this.pairing.size;
  }

  private takeMessage(payload: Uint8Array, tap: TapMessage): void {
    if (tap.isQuery) this.takeQuery(payload, tap);
    else this.takeResponse(payload, tap);
  }

  private takeQuery(payload: Uint8Array, tap: TapMessage): void {
    this.counts.queries += 1;
    this.follow(tap.queryTime);
    const { queryMessage: span } = tap;
    const message = this.read(payload, span);
    if (span !== undefined && isMalformed(message?.dns)) this.counts.malformed += 1;
    // Without its header a message has no id: nothing could find it.
    if (span !== undefined && message === undefined) this.counts.unpairedQueries += 1;
    else {
      const key = pairKeyOf(payload, this.nodes.of(payload, tap.identity), tap, message?.dns);
      const content = new Asked(message, tap.queryTime);
      this.pairing.take({ key, isQuery: true, carriesQuery: false, content }, this.nowUs);
    }
  }

  private takeResponse(payload: Uint8Array, tap: TapMessage): void {
    this.counts.responses += 1;
    this.follow(tap.responseTime);
    const { responseMessage: span } = tap;
    const message = this.read(payload, span);
    if (span !== undefined && isMalformed(message?.dns)) this.counts.malformed += 1;
    const query = this.read(payload, tap.queryMessage);
    const carried = query === undefined ? undefined : new Asked(query, tap.queryTime);
    const contradicted = span !== undefined && message !== undefined && this.isContradicted(payload, span, message);
    const node = this.nodes.of(payload, tap.identity);
    const content = { tap, node, message, carried, contradicted };
    if (span !== undefined && message === undefined) this.report(content, carried);
    else {
      const key = pairKeyOf(payload, node, tap, (message ?? query)?.dns);
      const carriesQuery = tap.queryTime !== undefined || tap.queryMessage !== undefined;
      this.pairing.take({ key, isQuery: false, carriesQuery, content }, this.nowUs);
    }
  }

  private isContradicted(payload: Uint8Array, { from }: Span, message: ZonedMessage): boolean {
    return this.names?.note(payload, from, message, this.nowUs) ?? false;
  }

  private read(payload: Uint8Array, span: Span | undefined): ZonedMessage | undefined {
    const dns = span === undefined ? undefined : readDnsMessage(payload, span.from, span.to);
    if (span === undefined || dns === undefined) return undefined;
    const isNamed = dns.question === 'read';
    return { dns, zone: isNamed ? this.findZone(payload, span.from + NAME_AT, dns.nameOctets) : undefined };
  }

  private follow(time: TapTime | undefined): void {
    if (time === undefined) return;
    const atUs = usOf(time);
    if (this.toldUs !== undefined && atUs - this.toldUs > CLOCK_AHEAD_US_MAX) return;
    if (this.nowUs === 0 || (atUs > this.nowUs && atUs - this.nowUs < CLOCK_LEAP_US_MAX)) this.nowUs = atUs;
  }

  private conclude({ query, response }: Paired<Asked | Answered>): void {
    const asked = query instanceof Asked ? query : undefined;
    if (response === undefined || response instanceof Asked) {
      this.counts.unpairedQueries += 1;
      // CoreDNS without `full` records no message, but answers; who gets no answer sent nothing (NSD records an empty packet so).
      if (asked?.isRecorded === false) this.counts.malformed += 1;
      return;
    }
    if (asked !== undefined) this.counts.pairs += 1;
    else if (response.tap.queryTime === undefined && response.tap.queryMessage === undefined)
      this.counts.orphanResponses += 1;
    this.report(response, asked);
  }

  private report({ tap, node, message, carried, contradicted }: Answered, asked: Asked | undefined): void {
    const seen = outcomeOf({ response: message, query: carried ?? asked, isV6: tap.isV6, contradicted });
    // Of an answer there always is one; only what was not answered can have none.
    if (seen === undefined) return;
    const { zone, outcome, qtype, rcode, flags, qnameLen } = seen;
    const from = tap.queryTime ?? asked?.time;
    const atUs = this.timeOf(tap.responseTime ?? from);
    const latencyNs = this.latencyNs(node, from, tap.responseTime);
    const transport = tap.protocol & 0xff;
    this.emit({ atUs, zone, latencyNs, outcome, qtype, rcode, transport, flags, qnameLen });
  }

  private latencyNs(node: number, from: TapTime | undefined, to: TapTime | undefined): number | undefined {
    const latency = this.latency(node, from, to);
    if (latency.kind === 'clock_fault') this.counts.clockFaults += 1;
    return latency.kind === 'known' ? latency.ns : undefined;
  }

  private timeOf(time: TapTime | undefined): number {
    if (time !== undefined) return usOf(time);
    this.counts.clockFaults += 1;
    return this.nowUs;
  }
}

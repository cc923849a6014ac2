import { type DnsMessage, NAME_AT, readDnsMessage } from './dns-message.js';
import { readTapMessage, type Span, type TapMessage, type TapTime, usOf } from './dnstap-message.js';
import { NodeNumbers, type PairKey, pairKeyOf } from './pair-key.js';
import { type Paired, Pairing } from './pairing.js';
import { noCounts, type TapCounts } from './tap-counts.js';
import { createLatencyMeter } from './tap-latency.js';
import { outcomeOf, type TapOutcome, type ZonedMessage } from './tap-outcome.js';
import type { FindZone } from './zone-finder.js';

interface Seen {
  readonly key: PairKey;
  readonly isQuery: boolean;
  readonly carriesQuery: boolean;
  readonly tap: TapMessage;
  readonly message: ZonedMessage;
  /** The query that a response carries. */
  readonly carried: ZonedMessage | undefined;
}

/** Where the sender of a message stands on the DNS path: only its answers to clients are outcomes. */
const isOutcome = ({ family }: TapMessage): boolean => family === 'auth' || family === 'client';

/** A clock that leaps further than this was set, and does not say what time it is now. */
const CLOCK_LEAP_US_MAX = 3_600_000_000;

const isMalformed = (dns: DnsMessage | undefined): boolean =>
  dns === undefined || dns.question === 'refused' || !dns.isWhole;

/**
 * Turns data frames into outcomes: decodes, pairs, classifies, counts. Holds no clock: the time of a live tap comes from its owner
 * (`advance`), that of a recording from the messages themselves.
 */
export class Tap {
  readonly counts: TapCounts = noCounts();
  private readonly nodes = new NodeNumbers();
  private readonly pairing: Pairing<Seen>;
  private readonly latency = createLatencyMeter();
  private nowUs = 0;

  constructor(
    private readonly findZone: FindZone,
    private readonly emit: (outcome: TapOutcome) => void,
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
    const { isQuery } = tap;
    if (isQuery) this.counts.queries += 1;
    else this.counts.responses += 1;
    const span = isQuery ? tap.queryMessage : tap.responseMessage;
    const message = this.read(payload, span);
    if ((isQuery || span !== undefined) && isMalformed(message?.dns)) this.counts.malformed += 1;
    this.follow(isQuery ? tap.queryTime : tap.responseTime);
    const carried = isQuery ? undefined : this.read(payload, tap.queryMessage);
    // Without its header a message has no id: nothing could find it.
    if (message !== undefined) this.pairing.take(this.seenOf(payload, tap, message, carried), this.nowUs);
    else if (isQuery) this.counts.unpairedQueries += 1;
    else this.report(tap, undefined, carried, undefined);
  }

  private read(payload: Uint8Array, span: Span | undefined): ZonedMessage | undefined {
    const dns = span === undefined ? undefined : readDnsMessage(payload, span.from, span.to);
    if (span === undefined || dns === undefined) return undefined;
    const isNamed = dns.question === 'read';
    return { dns, zone: isNamed ? this.findZone(payload, span.from + NAME_AT, dns.nameOctets) : undefined };
  }

  private seenOf(payload: Uint8Array, tap: TapMessage, message: ZonedMessage, carried: ZonedMessage | undefined): Seen {
    return {
      key: pairKeyOf(payload, this.nodes.of(payload, tap.identity), tap, message.dns),
      isQuery: tap.isQuery,
      carriesQuery: !tap.isQuery && (tap.queryTime !== undefined || tap.queryMessage !== undefined),
      tap,
      message,
      carried,
    };
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
    this.report(response.tap, response.message, response.carried ?? query?.message, query?.tap.queryTime);
  }

  private report(
    tap: TapMessage,
    response: ZonedMessage | undefined,
    query: ZonedMessage | undefined,
    pairedTime: TapTime | undefined,
  ): void {
    const seen = outcomeOf({ response, query, isV6: tap.isV6 });
    // Of an answer there always is one; only what was not answered can have none.
    if (seen === undefined) return;
    const { zone, outcome, qtype, rcode, flags, qnameLen } = seen;
    const from = tap.queryTime ?? pairedTime;
    const atUs = this.timeOf(tap.responseTime ?? from);
    const latencyNs = this.latencyNs(from, tap.responseTime);
    const transport = tap.protocol & 0xff;
    this.emit({ atUs, zone, latencyNs, outcome, qtype, rcode, transport, flags, qnameLen });
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
}

import { CONTENT_TYPE, encodeProtobuf, type OutcomeBatch, VANTAGE } from '#contracts';
import type { ProbeRow } from './probe-row.js';
import type { ProbeGateway } from './gateway.js';

/** Of whom a batch tells, and who looked. */
export interface ReportEnvelope {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly observerId: string;
  readonly agentBootId: string;
}

/** Outcomes kept of one target while the gateway is away: ten minutes and more of the default rhythms. Beyond, the oldest go, counted. */
const ROWS_MAX = 2_000;

/** `dt_us` has 32 bits: 71 minutes, which a slow rhythm reaches while the gateway is away. The rest goes with the next batch. */
const SPAN_US_MAX = 0xffff_ffff;

/** How many of the oldest outcomes, which stand in the order in which they ended, lie close enough for one batch. */
const countOfBatch = (rows: readonly ProbeRow[]): number => {
  let [fromUs, toUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const end = rows.findIndex(({ atUs }) => {
    fromUs = Math.min(fromUs, atUs);
    toUs = Math.max(toUs, atUs);
    return toUs - fromUs > SPAN_US_MAX;
  });
  return end === -1 ? rows.length : end;
};

const timesOf = (rows: readonly ProbeRow[]) => {
  const t0Us = rows.reduce((least, { atUs }) => Math.min(least, atUs), Number.POSITIVE_INFINITY);
  return { t0Us, dtUs: Uint32Array.from(rows, ({ atUs }) => atUs - t0Us) };
};

const columnsOf = (rows: readonly ProbeRow[]) => {
  const zones = [...new Set(rows.map(({ zone }) => zone))];
  const index = new Map(zones.map((zone, i) => [zone, i]));
  return {
    ...timesOf(rows),
    n: rows.length,
    zones,
    zoneIx: Uint16Array.from(rows, ({ zone }) => index.get(zone) ?? 0),
    latencyUs: Uint32Array.from(rows, ({ latencyUs }) => latencyUs),
    outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
    qtype: Uint16Array.from(rows, ({ qtype }) => qtype),
    rcode: Uint16Array.from(rows, ({ rcode }) => rcode),
    transport: Uint8Array.from(rows, ({ transport }) => transport),
    flags: Uint8Array.from(rows, ({ flags }) => flags),
    weight: undefined,
    zoneId: undefined,
    qnameLen: undefined,
  };
};

/**
 * The outcomes of one target on their way. They wait without a number; those of one flush become a batch, which is numbered, encoded
 * once, and repeated unchanged until the gateway accepts or refuses it, since an answer may be lost. So numbers have no gaps but for
 * refused batches, and what is dropped is told by the next one.
 */
export class TargetOutbox {
  private readonly rows: ProbeRow[] = [];
  private seq = 0;
  private published = 0;
  private dropped = 0;
  private isSending = false;
  private body: Uint8Array | undefined;
  /** Over the life of the prober. */
  readonly totals = { sent: 0, dropped: 0 };

  constructor(
    private readonly envelope: ReportEnvelope,
    private readonly gateway: ProbeGateway,
  ) {}

  /** Nothing waits and nothing is on its way. */
  get isEmpty(): boolean {
    return this.rows.length === 0 && this.body === undefined;
  }

  add(row: ProbeRow): void {
    this.rows.push(row);
    if (this.rows.length <= ROWS_MAX) return;
    this.rows.shift();
    this.drop(1);
  }

  /** Sends what waits, unless a batch is on its way; what fails goes again with the next call. */
  async flush(): Promise<void> {
    if (this.isSending || this.isEmpty) return;
    this.isSending = true;
    try {
      const [n, body] = this.body === undefined ? this.number() : [this.inFlight, this.body];
      this.body = body;
      this.inFlight = n;
      const verdict = await this.gateway.post(CONTENT_TYPE.protobuf, body);
      if (verdict === 'again') return;
      this.body = undefined;
      if (verdict === 'accepted') this.totals.sent += n;
      else this.drop(n);
    } finally {
      this.isSending = false;
    }
  }

  /** Nothing is sent any more: what is left is lost, and counted. */
  giveUp(): void {
    this.drop(this.rows.length + (this.body === undefined ? 0 : this.inFlight));
    this.rows.length = 0;
    this.body = undefined;
  }

  private inFlight = 0;

  private drop(n: number): void {
    this.dropped += n;
    this.totals.dropped += n;
  }

  private number(): [number, Uint8Array] {
    const { dropped } = this;
    const rows = this.rows.splice(0, countOfBatch(this.rows));
    this.dropped = 0;
    this.seq += 1;
    this.published += rows.length;
    const batch: OutcomeBatch = {
      schema: 1,
      ...this.envelope,
      seq: this.seq,
      serverBootId: '0',
      published: this.published,
      ring: '',
      vantage: VANTAGE.probe,
      softwareVersion: 'unknown',
      configRev: 'unknown',
      ...columnsOf(rows),
      completeness: {
        observed: rows.length,
        sampledOut: 0,
        droppedAgent: dropped,
        droppedSource: 0,
        serverQueries: -1,
        unpairedQueries: 0,
        orphanResponses: 0,
        malformed: 0,
      },
    };
    return [rows.length, encodeProtobuf(batch)];
  }
}

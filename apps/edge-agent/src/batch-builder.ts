import { LATENCY_NONE, type OutcomeBatch, RCODE_NONE } from '#contracts';
import type { TapOutcome } from '#domain';

/** The columns of a batch and its place in time; the envelope is added when it is sent. */
export type BatchRows = Pick<
  OutcomeBatch,
  't0Us' | 'n' | 'zones' | 'dtUs' | 'zoneIx' | 'latencyUs' | 'outcome' | 'qtype' | 'rcode' | 'transport' | 'flags'
> & { readonly qnameLen: Uint8Array };

/** Outcomes of one batch: what a node at 20,000 a second has in 250 ms, and 130 KB with a zone name for each second one. */
export const BATCH_ROWS_MAX = 5_000;
/** Characters of zone names in one batch: with the columns they stay below the 256 KiB that the gateway takes. */
const ZONE_CHARACTERS_MAX = 100_000;
/** `dt_us` has 32 bits: 71 minutes. Outcomes further apart do not share a batch. */
const SPAN_US_MAX = 0xffff_ffff;
/** Clocks of nodes may be ahead by less than what the gateway refuses (5 s); above, it was set wrong, and the agent's own counts. */
const AHEAD_US_MAX = 2_000_000;

/** Gathers outcomes until there is a reason to send them. */
export class BatchBuilder {
  private rows: TapOutcome[] = [];
  private zones = new Map<string, number>();
  private zoneCharacters = 0;
  private fromUs = Number.POSITIVE_INFINITY;
  private toUs = Number.NEGATIVE_INFINITY;

  /** `emit` gets a batch when it is full; `nowUs` is the agent's own time. */
  constructor(
    private readonly nowUs: () => number,
    private readonly emit: (rows: BatchRows) => void,
  ) {}

  /** Outcomes gathered. */
  get size(): number {
    return this.rows.length;
  }

  /** Takes an outcome; closes the batch before it when it does not fit in. */
  add(seen: TapOutcome): void {
    const nowUs = this.nowUs();
    const outcome = seen.atUs > nowUs + AHEAD_US_MAX ? { ...seen, atUs: nowUs } : seen;
    const isNewZone = !this.zones.has(outcome.zone);
    const characters = isNewZone ? outcome.zone.length : 0;
    const span = Math.max(this.toUs, outcome.atUs) - Math.min(this.fromUs, outcome.atUs);
    if (span > SPAN_US_MAX || this.zoneCharacters + characters > ZONE_CHARACTERS_MAX) {
      this.flush();
      this.add(outcome);
      return;
    }
    if (isNewZone) this.zones.set(outcome.zone, this.zones.size);
    this.zoneCharacters += characters;
    this.fromUs = Math.min(this.fromUs, outcome.atUs);
    this.toUs = Math.max(this.toUs, outcome.atUs);
    this.rows.push(outcome);
    if (this.rows.length >= BATCH_ROWS_MAX) this.flush();
  }

  /** Hands over what was gathered, if anything. */
  flush(): void {
    if (this.rows.length === 0) return;
    const rows = this.columns();
    this.rows = [];
    this.zones = new Map();
    this.zoneCharacters = 0;
    this.fromUs = Number.POSITIVE_INFINITY;
    this.toUs = Number.NEGATIVE_INFINITY;
    this.emit(rows);
  }

  private columns(): BatchRows {
    const { rows, zones, fromUs } = this;
    const latencyUs = ({ latencyNs }: TapOutcome): number =>
      latencyNs === undefined ? LATENCY_NONE : Math.min(Math.round(latencyNs / 1_000), LATENCY_NONE - 1);
    return {
      t0Us: fromUs,
      n: rows.length,
      zones: [...zones.keys()],
      dtUs: Uint32Array.from(rows, ({ atUs }) => atUs - fromUs),
      zoneIx: Uint16Array.from(rows, ({ zone }) => zones.get(zone) ?? 0),
      latencyUs: Uint32Array.from(rows, latencyUs),
      outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
      qtype: Uint16Array.from(rows, ({ qtype }) => qtype),
      rcode: Uint16Array.from(rows, ({ rcode }) => rcode ?? RCODE_NONE),
      transport: Uint8Array.from(rows, ({ transport }) => transport),
      flags: Uint8Array.from(rows, ({ flags }) => flags),
      qnameLen: Uint8Array.from(rows, ({ qnameLen }) => qnameLen),
    };
  }
}

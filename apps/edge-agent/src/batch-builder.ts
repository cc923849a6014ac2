import { LATENCY_NONE, type OutcomeBatch, RCODE_NONE } from '#contracts';
import type { TapOutcome } from '#domain';

/** The columns of a batch and its place in time; the envelope is added when it is sent. */
export type BatchRows = Pick<
  OutcomeBatch,
  | 't0Us'
  | 'n'
  | 'zones'
  | 'dtUs'
  | 'zoneIx'
  | 'zoneId'
  | 'latencyUs'
  | 'outcome'
  | 'qtype'
  | 'rcode'
  | 'transport'
  | 'flags'
> & { readonly qnameLen: Uint8Array };

/** Outcomes of one batch: what a node at 20,000 a second has in 250 ms, and 130 KB with a zone name for each second one. */
export const BATCH_ROWS_MAX = 5_000;
/** Characters of zone names in one batch: with the columns they stay below the 256 KiB that the gateway takes. */
const ZONE_CHARACTERS_MAX = 100_000;
/** `dt_us` has 32 bits: 71 minutes. Outcomes further apart do not share a batch. */
const SPAN_US_MAX = 0xffff_ffff;
/** Clocks of nodes may be ahead by less than what the gateway refuses (5 s); above, it was set wrong, and the agent's own counts. */
const AHEAD_US_MAX = 2_000_000;

/**
 * Zones with an id at which a batch is worth splitting, when others in it have none: a second envelope of some 400 bytes, and a second
 * number, against a zone's name (some 20 bytes here, a look-up by name where it is counted).
 */
const SPLIT_ZONES_MIN = 9;

/** The id of a zone in the registry; undefined when it has none, or none that is known. */
export type IdOfZone = (zone: string) => number | undefined;

/** Where a zone of the batch stands in the dictionary, and its id. */
interface ZoneRef {
  readonly index: number;
  readonly id: number | undefined;
}

/**
 * Gathers outcomes until there is a reason to send them. They are sent as one batch with ids when every zone has one, as one with a
 * dictionary when none or few have, and else as two: those with ids, then the rest, so that a foreign name does not cost the ids of
 * all others.
 */
export class BatchBuilder {
  private rows: TapOutcome[] = [];
  private zones = new Map<string, ZoneRef>();
  private zonesWithId = 0;
  private zoneCharacters = 0;
  private fromUs = Number.POSITIVE_INFINITY;
  private toUs = Number.NEGATIVE_INFINITY;

  /** `emit` gets a batch when it is full; `nowUs` is the agent's own time. */
  constructor(
    private readonly nowUs: () => number,
    private readonly emit: (rows: BatchRows) => void,
    private readonly idOf: IdOfZone = () => undefined,
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
    if (isNewZone) this.addZone(outcome.zone);
    this.zoneCharacters += characters;
    this.fromUs = Math.min(this.fromUs, outcome.atUs);
    this.toUs = Math.max(this.toUs, outcome.atUs);
    this.rows.push(outcome);
    if (this.rows.length >= BATCH_ROWS_MAX) this.flush();
  }

  /** Hands over what was gathered, if anything. */
  flush(): void {
    if (this.rows.length === 0) return;
    const batches = this.batches();
    this.rows = [];
    this.zones = new Map();
    this.zonesWithId = 0;
    this.zoneCharacters = 0;
    this.fromUs = Number.POSITIVE_INFINITY;
    this.toUs = Number.NEGATIVE_INFINITY;
    for (const batch of batches) this.emit(batch);
  }

  private addZone(zone: string): void {
    const id = this.idOf(zone);
    this.zones.set(zone, { index: this.zones.size, id });
    if (id !== undefined) this.zonesWithId += 1;
  }

  private batches(): readonly BatchRows[] {
    const { rows, zones, zonesWithId, fromUs } = this;
    const idOf = ({ zone }: TapOutcome): number | undefined => zones.get(zone)?.id;
    if (zonesWithId === zones.size) return [withIds(rows, fromUs, idOf)];
    if (zonesWithId < SPLIT_ZONES_MIN) return [withDictionary(rows, fromUs, zones)];
    const rest = rows.filter((row) => idOf(row) === undefined);
    // A dictionary of its own: the names that have ids are not to be sent.
    const names = new Map([...new Set(rest.map(({ zone }) => zone))].map((zone, index) => [zone, { index }]));
    const known = rows.filter((row) => idOf(row) !== undefined);
    return [withIds(known, fromUs, idOf), withDictionary(rest, fromUs, names)];
  }
}

const latencyUs = ({ latencyNs }: TapOutcome): number =>
  latencyNs === undefined ? LATENCY_NONE : Math.min(Math.round(latencyNs / 1_000), LATENCY_NONE - 1);

const columnsOf = (rows: readonly TapOutcome[], fromUs: number) => ({
  t0Us: fromUs,
  n: rows.length,
  dtUs: Uint32Array.from(rows, ({ atUs }) => atUs - fromUs),
  latencyUs: Uint32Array.from(rows, latencyUs),
  outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
  qtype: Uint16Array.from(rows, ({ qtype }) => qtype),
  rcode: Uint16Array.from(rows, ({ rcode }) => rcode ?? RCODE_NONE),
  transport: Uint8Array.from(rows, ({ transport }) => transport),
  flags: Uint8Array.from(rows, ({ flags }) => flags),
  qnameLen: Uint8Array.from(rows, ({ qnameLen }) => qnameLen),
});

const withDictionary = (
  rows: readonly TapOutcome[],
  fromUs: number,
  zones: ReadonlyMap<string, Pick<ZoneRef, 'index'>>,
): BatchRows => ({
  ...columnsOf(rows, fromUs),
  zones: [...zones.keys()],
  zoneIx: Uint16Array.from(rows, ({ zone }) => zones.get(zone)?.index ?? 0),
  zoneId: undefined,
});

const withIds = (
  rows: readonly TapOutcome[],
  fromUs: number,
  idOf: (row: TapOutcome) => number | undefined,
): BatchRows => ({
  ...columnsOf(rows, fromUs),
  zones: [],
  zoneIx: new Uint16Array(0),
  zoneId: Uint32Array.from(rows, (row) => idOf(row) ?? 0),
});

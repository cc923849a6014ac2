import { refuse, type Refusal } from '#contracts';
import type { MappedOutcome } from './map-record.js';

/** Columns and dictionary of the outcomes of one node; what is missing to a batch is its envelope. */
export interface MappedColumns {
  readonly t0Us: number;
  readonly n: number;
  readonly zones: readonly string[];
  readonly dtUs: Uint32Array;
  readonly zoneIx: Uint16Array;
  readonly latencyUs: Uint32Array;
  readonly outcome: Uint8Array;
  readonly qtype: Uint16Array;
  readonly rcode: Uint16Array;
  readonly transport: Uint8Array;
  readonly flags: Uint8Array;
  readonly qnameLen: Uint8Array;
}

/** A batch in the making, and whose it is. */
export interface NodeColumns extends MappedColumns {
  readonly nodeId: string;
}

/** Bytes of columns and dictionary at which a batch is full: with envelope it stays below the 256 KiB of any batch. */
const BYTES_MAX = 192 * 1_024;
/** Bytes of a row in all columns. */
const ROW_BYTES = 18;
/** Bytes of a zone beside its name. */
const ZONE_BYTES = 4;
/** `dt_us` reaches 71 min: outcomes of one hour of the clock fit one batch. */
const SPAN_US = 3_600_000_000;
/** Batches that one request may open: a relay of a site sends its nodes of this hour and the last. More are refused, line by line. */
const OPEN_MAX = 64;

class Columns {
  bytes = 0;
  private readonly rows: MappedOutcome[] = [];
  private readonly zoneIx: number[] = [];
  private readonly zones = new Map<string, number>();

  constructor(readonly nodeId: string) {}

  add(row: MappedOutcome): void {
    let index = this.zones.get(row.zone);
    if (index === undefined) {
      index = this.zones.size;
      this.zones.set(row.zone, index);
      this.bytes += row.zone.length + ZONE_BYTES;
    }
    this.rows.push(row);
    this.zoneIx.push(index);
    this.bytes += ROW_BYTES;
  }

  finish(): NodeColumns {
    const { rows, nodeId } = this;
    const t0Us = rows.reduce((min, { atUs }) => Math.min(min, atUs), Infinity);
    return {
      nodeId,
      t0Us,
      n: rows.length,
      zones: [...this.zones.keys()],
      dtUs: Uint32Array.from(rows, ({ atUs }) => atUs - t0Us),
      zoneIx: Uint16Array.from(this.zoneIx),
      latencyUs: Uint32Array.from(rows, ({ latencyUs }) => latencyUs),
      outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
      qtype: Uint16Array.from(rows, ({ qtype }) => qtype),
      rcode: Uint16Array.from(rows, ({ rcode }) => rcode),
      transport: Uint8Array.from(rows, ({ transport }) => transport),
      flags: Uint8Array.from(rows, ({ flags }) => flags),
      qnameLen: Uint8Array.from(rows, ({ qnameLen }) => qnameLen),
    };
  }
}

/** Gathers the outcomes of one request into batches: per node, per hour, each below the size of any batch. */
export class MappedBatches {
  private readonly open = new Map<string, Columns>();
  private readonly full: NodeColumns[] = [];

  /** Takes an outcome; why not, when the request spreads over too many nodes and hours. */
  add(nodeId: string, row: MappedOutcome): Refusal | undefined {
    const key = `${nodeId}|${Math.floor(row.atUs / SPAN_US)}`;
    let columns = this.open.get(key);
    if (columns === undefined) {
      if (this.open.size >= OPEN_MAX)
        return refuse('BODY_INVALID', `the request holds more than ${OPEN_MAX} nodes and hours; send smaller ones`);
      columns = new Columns(nodeId);
      this.open.set(key, columns);
    }
    columns.add(row);
    if (columns.bytes < BYTES_MAX) return undefined;
    this.full.push(columns.finish());
    this.open.delete(key);
    return undefined;
  }

  /** All batches, those that were full first. */
  finish(): readonly NodeColumns[] {
    return [...this.full, ...Array.from(this.open.values(), (columns) => columns.finish())];
  }
}

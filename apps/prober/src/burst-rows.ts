import { judgeBurst } from '#domain';
import type { ProbeRow } from './probe-row.js';

/** A burst whose probes are under way. */
interface Burst {
  readonly number: number;
  readonly rows: ProbeRow[];
  left: number;
}

/**
 * Makes one row of each burst of a series. A burst is told when all of its probes are judged or skipped, or when the next one begins:
 * then what is missing was skipped by a stall of the prober. So at most one burst is held, of as many rows as it has probes.
 */
export class BurstRows {
  private burst: Burst | undefined;
  private toldNumber = -1;

  constructor(
    private readonly size: number,
    private readonly tell: (row: ProbeRow) => void,
  ) {}

  /** Takes what became of the n-th probe of the series; undefined: it was not sent. */
  take(n: number, row: ProbeRow | undefined): void {
    const number = Math.floor(n / this.size);
    // An answer that comes after the next burst began is a timeout of a burst that was told.
    if (number <= this.toldNumber || number < (this.burst?.number ?? 0)) return;
    if (this.burst?.number !== number) {
      this.end();
      this.burst = { number, rows: [], left: this.size };
    }
    const burst = this.burst as Burst;
    if (row !== undefined) burst.rows.push(row);
    burst.left -= 1;
    if (burst.left === 0) this.end();
  }

  /** Tells what there is. */
  end(): void {
    const rows = this.burst?.rows ?? [];
    this.toldNumber = this.burst?.number ?? this.toldNumber;
    this.burst = undefined;
    const [first] = rows;
    const judged = judgeBurst(rows);
    if (first !== undefined && judged !== undefined) this.tell({ ...first, ...judged, atUs: first.atUs });
  }
}

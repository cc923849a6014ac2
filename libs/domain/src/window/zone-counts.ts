import { type Family, OUTCOME } from '#contracts';
import type { BatchRun } from './batch-run.js';
import { ByteCounts } from './byte-counts.js';
import { type CellColumns, COUNT, COUNTS_PER_CELL } from './cells.js';
import { ColumnsBuilder } from './columns-builder.js';
import { CountColumns } from './count-columns.js';
import { KeyRows, PAGE_BITS, PAGE_MASK } from './key-rows.js';
import { type KeySpace, OTHER_ID } from './key-space.js';
import { listFilled, moveRow, RowList } from './row-counts.js';

/** Filled and read at once, never kept. */
const LIST = new RowList();
/** A block is read as a whole. */
const [RELEASES, ZONES, NXDOMAINS] = [new ColumnsBuilder(), new ColumnsBuilder(), new ColumnsBuilder()];
const NXDOMAIN = OUTCOME.nxdomain;

const newCounts = (): ByteCounts => new ByteCounts();

/** What was added to the zones of one slot since its last flush, by release. A zone has the same row in all. */
export class ZoneCounts {
  private rows = new KeyRows();
  private readonly releases = new CountColumns(newCounts);
  /** Those of them that are NXDOMAIN. */
  private readonly nxdomains = new CountColumns(newCounts);
  /** Of all releases; filled when it is asked for. */
  private readonly sums = new ByteCounts();

  /** Bytes of all columns, of their sums, and of the tables of rows. */
  get bytes(): number {
    return this.rows.bytes + this.rows.end * COUNTS_PER_CELL * (1 + this.releases.size + this.nxdomains.size);
  }

  /** Adds a run; `release` is a label. */
  countRun(run: BatchRun, release: number, space: KeySpace): void {
    const { rows } = this;
    rows.reserve(space.zones.names.size);
    const counts = this.releases.of(release);
    counts.reserve(rows.end * COUNTS_PER_CELL);
    this.place(run, counts);
    counts.addRun(run.places, run);
    this.countNxdomains(run, release);
    for (let i = 0; i < run.timeoutCount; i += 1) {
      const at = run.timeouts[i]!;
      counts.add(rows.rowOf(run.zones[at]!) * COUNTS_PER_CELL + COUNT.timeout, run.weightOf(at));
    }
  }

  /** Counts NXDOMAIN once more; `run.places` are those of its zones. */
  private countNxdomains({ outcomes, places, weight, from, to }: BatchRun, release: number): void {
    const counts = this.nxdomains.of(release);
    counts.reserve(this.rows.end * COUNTS_PER_CELL);
    for (let i = from; i < to; i += 1)
      if (outcomes[i] === NXDOMAIN) counts.add(places[i]!, weight === undefined ? 1 : weight[i]!);
  }

  /** Puts the cells of zones into a block. Valid until the next call of any. */
  take(space: KeySpace, into: Map<Family, CellColumns>): void {
    const { keys, end } = this.rows;
    const { names } = space.zones;
    RELEASES.begin();
    ZONES.begin();
    this.sums.reserve(end * COUNTS_PER_CELL);
    for (const [label, counts] of this.releases.entries) {
      listFilled(counts, end, LIST);
      RELEASES.addRows(label, LIST, keys, counts);
      for (let at = 0; at < LIST.size; at += 1) this.sums.addRow(LIST.rows[at]!, counts, LIST.rows[at]!);
    }
    NXDOMAINS.begin();
    for (const [label, counts] of this.nxdomains.entries) {
      listFilled(counts, end, LIST);
      NXDOMAINS.addRows(label, LIST, keys, counts);
    }
    listFilled(this.sums, end, LIST);
    ZONES.addRows(OTHER_ID, LIST, keys, this.sums);
    into.set('zone_release', RELEASES.view('zone_release', names, space));
    into.set('nxdomain', NXDOMAINS.view('nxdomain', names, space));
    into.set('zone', ZONES.view('zone', names, space));
  }

  /** Empties the counts and keeps their memory. */
  reset(): void {
    const length = this.rows.end * COUNTS_PER_CELL;
    this.releases.clear((counts) => counts.reset(length));
    this.nxdomains.clear((counts) => counts.reset(length));
    this.sums.reset(length);
    this.rows.reset();
  }

  renumber(from: KeySpace, to: KeySpace): void {
    const { keys, end } = this.rows;
    const rows = new KeyRows();
    const labelOf = (label: number): number => to.label(from.labels.texts[label]!);
    const renumbered = (counts: ByteCounts): ByteCounts => {
      const moved = new ByteCounts();
      listFilled(counts, end, LIST);
      for (const row of LIST.rows.subarray(0, LIST.size)) {
        const zone = to.zoneOf(from.zones.names.texts[keys[row]!]!);
        rows.reserve(zone + 1);
        moveRow(counts, row, moved, rows.rowOf(zone));
      }
      return moved;
    };
    this.releases.relabel(labelOf, renumbered);
    this.nxdomains.relabel(labelOf, renumbered);
    this.rows = rows;
  }

  /** Finds where the count of every outcome is; `counts` has room for it then. */
  private place({ zones, columns, places, from, to }: BatchRun, counts: ByteCounts): void {
    const { pages } = this.rows;
    for (let i = from; i < to; i += 1) {
      const zone = zones[i]!;
      let row = pages[zone >>> PAGE_BITS]!;
      if (row === 0) {
        row = this.rows.addPage(zone);
        counts.reserve(this.rows.end * COUNTS_PER_CELL);
      }
      places[i] = (row + (zone & PAGE_MASK)) * COUNTS_PER_CELL + columns[i]!;
    }
  }
}

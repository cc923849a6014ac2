import { type Family, KEY_SEPARATOR } from '#contracts';
import { type BatchRun, NO_BUCKET } from './batch-run.js';
import { ByteCounts, NO_PLACE } from './byte-counts.js';
import { bucketsOf } from './cell-table.js';
import { type CellColumns, type Cells, COUNT, COUNTS_PER_CELL } from './cells.js';
import { ColumnsBuilder } from './columns-builder.js';
import { BEYOND, CountColumns } from './count-columns.js';
import { KeyRows, PAGE_BITS, PAGE_MASK } from './key-rows.js';
import { type KeySpace, OTHER_ID } from './key-space.js';
import { NumberedColumns } from './numbered-columns.js';
import { listFilled, RowCounts, RowList } from './row-counts.js';

/** The families of customers; their cells are counted and told alike. */
const CUSTOMER_FAMILIES = ['customer', 'customer_region', 'customer_release'] as const;
type CustomerFamily = (typeof CUSTOMER_FAMILIES)[number];

/** Whether a family is one of customers. */
export const isOfCustomers = (family: Family): family is CustomerFamily =>
  CUSTOMER_FAMILIES.some((name) => name === family);

const BUCKETS = bucketsOf('customer');
/** Filled and read at once, never kept. */
const LIST = new RowList();
const BUILDER = new ColumnsBuilder();
/** A block is read as a whole. */
const FLUSH_BUILDERS = CUSTOMER_FAMILIES.map((family) => ({ family, builder: new ColumnsBuilder() }));

const newColumns = (): CountColumns<RowCounts> => new CountColumns(() => new RowCounts());

/** The labels that a run's outcomes are counted for. */
export interface RunLabels {
  readonly region: number;
  readonly release: number;
}

/** The counts of all customers in one slot: absolute, by customer alone, by region and by release. A customer has the same row in all. */
export class CustomerCounts {
  private rows = new KeyRows();
  /** `customer` has one column. */
  private readonly columns: Readonly<Record<CustomerFamily, CountColumns<RowCounts>>> = {
    customer: newColumns(),
    customer_region: newColumns(),
    customer_release: newColumns(),
  };

  /** Adds a run, and its latencies to histograms by row. */
  countRun(run: BatchRun, { region, release }: RunLabels, latencies: ByteCounts, space: KeySpace): void {
    const { rows, columns } = this;
    rows.reserve(space.labels.size);
    const counted = [
      columns.customer.of(OTHER_ID),
      columns.customer_region.of(region),
      columns.customer_release.of(release),
    ].map((counts) => {
      counts.begin(rows.end);
      return counts.counts;
    });
    latencies.reserve(rows.end * BUCKETS);
    this.place(run, counted, latencies);
    for (const counts of counted) counts.addRun(run.places, run);
    latencies.addRun(run.latencyPlaces, run);
    for (let i = 0; i < run.timeoutCount; i += 1) {
      const at = run.timeouts[i]!;
      const index = rows.rowOf(run.customers[at]!) * COUNTS_PER_CELL + COUNT.timeout;
      for (const counts of counted) counts.add(index, run.weightOf(at));
    }
  }

  /** Adds what was flushed before. */
  restore(family: CustomerFamily, cells: Cells, space: KeySpace): void {
    cells.keys.forEach((key, row) => {
      const at = family === 'customer' ? key.length : key.indexOf(KEY_SEPARATOR);
      const customer = at < 0 ? OTHER_ID : space.label(key.slice(0, at));
      const right = at < 0 ? BEYOND : space.label(key.slice(at + 1));
      this.rows.reserve(customer + 1);
      const column = this.columns[family].of(family === 'customer' ? OTHER_ID : right);
      column.add(this.rows.rowOf(customer), cells.counts, row * COUNTS_PER_CELL);
    });
  }

  markFlushed(): void {
    for (const counts of this.all()) counts.markFlushed();
  }

  markUntold(): void {
    for (const counts of this.all()) counts.markUntold();
  }

  trim(): void {
    for (const counts of this.all()) counts.trim(this.rows.end);
  }

  /** The cells that changed since they were told; only failing ones unless all are asked for. */
  takeUntold(isAll: boolean, space: KeySpace, into: Map<Family, CellColumns>): void {
    const { end, keys } = this.rows;
    for (const family of CUSTOMER_FAMILIES) {
      BUILDER.begin();
      for (const [label, counts] of this.columns[family].entries) {
        counts.takeUntold(isAll, end, LIST);
        // The rows of the shared column are one cell: all of it is told when part of it changed.
        if (label === BEYOND && LIST.size > 0) listFilled(counts.counts, end, LIST);
        BUILDER.addRows(label, LIST, keys, counts.counts);
      }
      if (BUILDER.size > 0) into.set(family, BUILDER.copy(family, space.labels, space));
    }
  }

  /** Puts what was added since the last flush into a block; `latencies` are those of the same time. Valid until the next call of any. */
  takeUnflushed(latencies: ByteCounts, space: KeySpace, into: Map<Family, CellColumns>): void {
    const { keys, end } = this.rows;
    for (const { family, builder } of FLUSH_BUILDERS) {
      builder.begin();
      for (const [label, counts] of this.columns[family].entries) {
        counts.listUnflushed(end, LIST);
        builder.addRows(label, LIST, keys, counts.counts, counts.flushed);
      }
      const cells = builder.view(family, space.labels, space);
      into.set(family, family === 'customer' ? this.withLatencies(cells, latencies) : cells);
    }
    this.markFlushed();
  }

  /** Gives every customer its number of another space; the latencies by their new rows. */
  renumber(from: KeySpace, to: KeySpace, latencies: ByteCounts): ByteCounts {
    const labelOf = (label: number): number => to.label(from.labels.texts[label]!);
    const { keys, end } = this.rows;
    this.rows = new KeyRows();
    const rowOf = (row: number): number => {
      const key = labelOf(keys[row]!);
      this.rows.reserve(key + 1);
      return this.rows.rowOf(key);
    };
    const moved = new ByteCounts();
    for (let row = 0; row < end; row += 1) {
      if (latencies.isZero(row * BUCKETS, BUCKETS)) continue;
      const into = rowOf(row);
      moved.reserve((into + 1) * BUCKETS);
      for (let i = 0; i < BUCKETS; i += 1) moved.add(into * BUCKETS + i, latencies.at(row * BUCKETS + i));
    }
    for (const family of CUSTOMER_FAMILIES) this.columns[family].relabel(labelOf, (counts) => counts.moved(end, rowOf));
    return moved;
  }

  /** Finds where the counts of every outcome are; `counts` and `latencies` have room for them then. */
  private place(run: BatchRun, counts: readonly ByteCounts[], latencies: ByteCounts): void {
    const { customers, columns, coarse, places, latencyPlaces, from, to } = run;
    const { pages } = this.rows;
    for (let i = from; i < to; i += 1) {
      const customer = customers[i]!;
      let row = pages[customer >>> PAGE_BITS]!;
      if (row === 0) row = this.addPage(customer, counts, latencies);
      row += customer & PAGE_MASK;
      places[i] = row * COUNTS_PER_CELL + columns[i]!;
      const bucket = coarse[i]!;
      latencyPlaces[i] = bucket === NO_BUCKET ? NO_PLACE : row * BUCKETS + bucket;
    }
  }

  private addPage(customer: number, counts: readonly ByteCounts[], latencies: ByteCounts): number {
    const row = this.rows.addPage(customer);
    for (const each of counts) each.reserve(this.rows.end * COUNTS_PER_CELL);
    latencies.reserve(this.rows.end * BUCKETS);
    return row;
  }

  private withLatencies({ family, parts, counts }: NumberedColumns, latencies: ByteCounts): NumberedColumns {
    const startOf = (row: number): number => this.rows.rowOf(parts.lefts[row]!) * BUCKETS;
    return new NumberedColumns(family, parts, counts, { counts: latencies, startOf });
  }

  /** Bytes of the histograms of all rows, and of the table of rows. */
  get latencyBytes(): number {
    return this.rows.bytes + this.rows.end * BUCKETS;
  }

  /** Empties latencies that were counted here. */
  resetLatencies(latencies: ByteCounts): void {
    latencies.reset(this.rows.end * BUCKETS);
  }

  private *all(): Generator<RowCounts> {
    for (const family of CUSTOMER_FAMILIES) yield* this.columns[family].values;
  }
}

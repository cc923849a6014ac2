import { type Family, KEY_SEPARATOR } from '#contracts';
import type { BatchRun } from './batch-run.js';
import { createCells } from './cell-table.js';
import { type CellColumns, COUNT, COUNTS_PER_CELL } from './cells.js';

/** The names of the buckets. A batch says 255 for every longer name; the longest name that is allowed has 255 octets. */
const NAME_LENGTHS = ['0-63', '64-127', '128-191', '192-254', '255+'] as const;
/** Octets → bucket. */
const BUCKET = Uint8Array.from({ length: 256 }, (_unused, octets) => (octets === 255 ? 4 : octets >>> 6));
/** Releases of one slot that are told apart: nodes say theirs themselves, and one that invents many shares `OTHER_KEY` with the rest. */
const RELEASES_MAX = 64;

/** What was added to one slot since its last flush, by release and length of the query name; of batches that tell the length. */
export class NameLengthCounts {
  private readonly cells = createCells('name_length', RELEASES_MAX * NAME_LENGTHS.length);
  /** Of the run: counts by bucket. Added up here, so that a cell is looked for five times in a run and not once per outcome. */
  private readonly sums = new Float64Array(NAME_LENGTHS.length * COUNTS_PER_CELL);

  /** Adds a run that was classified. */
  countRun(run: BatchRun, release: string): void {
    const { nameOctets, columns, from, to } = run;
    if (nameOctets === undefined) return;
    const { sums } = this;
    sums.fill(0);
    for (let i = from; i < to; i += 1)
      sums[BUCKET[nameOctets[i]!]! * COUNTS_PER_CELL + columns[i]!]! += run.weightOf(i);
    for (let i = 0; i < run.timeoutCount; i += 1) {
      const at = run.timeouts[i]!;
      sums[BUCKET[nameOctets[at]!]! * COUNTS_PER_CELL + COUNT.timeout]! += run.weightOf(at);
    }
    NAME_LENGTHS.forEach((length, bucket) => this.addCell(`${release}${KEY_SEPARATOR}${length}`, bucket));
  }

  /** Puts the cells into a block; valid until they are reset. */
  take(into: Map<Family, CellColumns>): void {
    into.set('name_length', this.cells);
  }

  /** Empties the counts and keeps their memory. */
  reset(): void {
    this.cells.reset();
  }

  private addCell(key: string, bucket: number): void {
    const { cells, sums } = this;
    const start = bucket * COUNTS_PER_CELL;
    if (sums.subarray(start, start + COUNTS_PER_CELL).every((count) => count === 0)) return;
    const row = cells.row(key);
    for (let i = 0; i < COUNTS_PER_CELL; i += 1) cells.counts[row * COUNTS_PER_CELL + i]! += sums[start + i]!;
  }
}

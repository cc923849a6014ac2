import { type Family, KEY_SEPARATOR, OUTCOMES } from '#contracts';
import type { BatchRun } from './batch-run.js';
import { type CellTable, createCells } from './cell-table.js';
import { type CellColumns, COUNT, COUNTS_PER_CELL } from './cells.js';
import type { TakeShape } from './shape-counts.js';

/** Codes are below this; a batch with any other was refused. */
const CODES = 64;
/**
 * Cells of one slot and partition: 64 cohorts (release × region) with all of their outcomes. Nodes say their release themselves, and
 * what one that invents many adds beyond it shares `OTHER_KEY`.
 */
const CELLS_MAX = 64 * OUTCOMES.length;
const TIMEOUT = OUTCOMES.find(({ name }) => name === 'timeout')!.code;

/** What was added to one slot since it was last told, and since its last flush: outcomes by cohort and name. */
export class OutcomeCounts {
  private readonly recent = createCells('outcome', CELLS_MAX);
  private readonly sums = createCells('outcome', CELLS_MAX);
  /** Of the run: counts by code. Added up here, so that cells are looked for once in a run and not once per outcome. */
  private readonly byCode = new Float64Array(CODES);

  /** Adds a run. */
  countRun(run: BatchRun, release: string, region: string): void {
    const { byCode } = this;
    const { outcomes, weight, from, to } = run;
    byCode.fill(0);
    if (weight === undefined) for (let i = from; i < to; i += 1) byCode[outcomes[i]!]! += 1;
    else for (let i = from; i < to; i += 1) byCode[outcomes[i]!]! += weight[i]!;
    for (const { code, name, class: column } of OUTCOMES) {
      const count = byCode[code]!;
      if (count === 0) continue;
      const row = this.recent.row([release, region, name].join(KEY_SEPARATOR)) * COUNTS_PER_CELL;
      this.recent.counts[row + COUNT[column]]! += count;
      if (code === TIMEOUT) this.recent.counts[row + COUNT.timeout]! += count;
    }
  }

  /** Hands on what was added since the last time. */
  takeRecent(told: TakeShape | undefined): void {
    const { recent, sums } = this;
    recent.keys.forEach((key, row) => {
      told?.add('outcome', key, recent, row);
      addCounts(sums, key, recent, row);
    });
    recent.reset();
  }

  /** Puts what was added since the last flush into a block; after `takeRecent`, valid until `reset`. */
  take(into: Map<Family, CellColumns>): void {
    into.set('outcome', this.sums);
  }

  /** Empties the counts and keeps their memory. */
  reset(): void {
    this.recent.reset();
    this.sums.reset();
  }
}

const addCounts = (into: CellTable, key: string, from: CellTable, fromRow: number): void => {
  const row = into.row(key);
  for (let i = 0; i < COUNTS_PER_CELL; i += 1)
    into.counts[row * COUNTS_PER_CELL + i]! += from.counts[fromRow * COUNTS_PER_CELL + i]!;
};

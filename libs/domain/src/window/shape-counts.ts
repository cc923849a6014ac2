import { type Family, FLEET_KEY, KEY_SEPARATOR, OTHER_KEY, type OutcomeBatch, releaseName } from '#contracts';
import type { BatchRun } from './batch-run.js';
import { bucketsOf, CellTable, createCells } from './cell-table.js';
import { type CellColumns, COUNTS_PER_CELL } from './cells.js';
import { SHAPE_ROWS_MAX, ShapeTables } from './shape-tables.js';

/** Where a node stands and what it runs: the parts of the keys that its outcomes add to. */
export interface NodeParts {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly release: string;
}

const OTHER_NODE: NodeParts = { nodeId: OTHER_KEY, pop: OTHER_KEY, region: OTHER_KEY, release: OTHER_KEY };
const BUCKETS = bucketsOf('node');

/** The parts of a batch's node. */
export const nodePartsOf = (batch: OutcomeBatch): NodeParts => ({
  nodeId: batch.nodeId,
  pop: batch.pop,
  region: batch.region,
  release: releaseName(batch),
});

/** What takes the cells that ticks tell. */
export type TakeShape = Pick<ShapeTables, 'add'>;

/**
 * What was added to one slot since its last flush, by node, and since it was last told, by node and by cohort (release and region). The
 * other families of the fleet's shape are sums of these, made once per tick or flush and not once per outcome.
 */
export class ShapeCounts {
  /** Keyed by all parts together. */
  private readonly nodes = createCells('node', SHAPE_ROWS_MAX);
  private readonly parts: NodeParts[] = [];
  /** Since the last tick: counts only. */
  private readonly toldNodes = createCells('node', SHAPE_ROWS_MAX);
  private readonly cohorts = createCells('release_region', SHAPE_ROWS_MAX);
  private readonly cohortRegions: string[] = [];
  /** Row of a node → row of its cohort; valid until the next tick. */
  private readonly cohortOf: number[] = [];
  /** Cohorts and their sums since the last flush. */
  private sums = new ShapeTables();

  constructor() {
    this.toldNodes.buckets = undefined;
  }

  /** Bytes of the histograms of nodes. */
  get bytes(): number {
    return this.nodes.size * BUCKETS * Uint32Array.BYTES_PER_ELEMENT;
  }

  /** Classifies a run of a node, and adds it. */
  countRun(parts: NodeParts, run: BatchRun): void {
    const row = this.rowOf(parts);
    const cohort = this.cohortRow(row);
    const { nodes, cohorts, toldNodes } = this;
    run.classify(
      { buckets: nodes.buckets!, start: row * BUCKETS },
      { buckets: cohorts.buckets!, start: cohort * BUCKETS },
    );
    const toldRow = toldNodes.row(this.parts[row]!.nodeId);
    for (let i = 0; i < COUNTS_PER_CELL; i += 1) {
      const count = run.counts[i]!;
      nodes.counts[row * COUNTS_PER_CELL + i]! += count;
      toldNodes.counts[toldRow * COUNTS_PER_CELL + i]! += count;
      cohorts.counts[cohort * COUNTS_PER_CELL + i]! += count;
    }
  }

  /** Hands on what was added since the last time. */
  takeRecent(told: TakeShape | undefined): void {
    const { toldNodes, cohorts } = this;
    toldNodes.keys.forEach((key, row) => told?.add('node', key, toldNodes, row, false));
    cohorts.keys.forEach((key, row) => {
      for (const into of told === undefined ? [this.sums] : [told, this.sums]) {
        into.add('fleet', FLEET_KEY, cohorts, row);
        into.add('release_region', key, cohorts, row);
      }
      this.sums.add('region', this.cohortRegions[row]!, cohorts, row);
    });
    toldNodes.reset();
    cohorts.reset();
    this.cohortOf.length = 0;
  }

  /**
   * Puts what was added since the last flush into a block, all families; to be called after `takeRecent`, and followed by `reset`, up to
   * which it is valid.
   */
  take(into: Map<Family, CellColumns>): void {
    const { nodes, sums, parts } = this;
    parts.forEach(({ pop }, row) => sums.add('pop', pop, nodes, row));
    const names = parts.map(({ nodeId }) => nodeId);
    const isOnce = new Set(names).size === names.length;
    // A node that changed its release within the slot has two rows.
    if (!isOnce) parts.forEach(({ nodeId }, row) => sums.add('node', nodeId, nodes, row));
    for (const [family, cells] of sums.all) into.set(family, cells);
    if (isOnce) into.set('node', CellTable.of('node', names, nodes.counts, nodes.buckets));
  }

  reset(): void {
    this.nodes.reset();
    this.parts.length = 0;
    this.sums = new ShapeTables();
  }

  private rowOf(parts: NodeParts): number {
    const row = this.nodes.row([parts.nodeId, parts.pop, parts.release, parts.region].join(KEY_SEPARATOR));
    this.parts[row] ??= this.nodes.keys[row] === OTHER_KEY ? OTHER_NODE : parts;
    return row;
  }

  private cohortRow(nodeRow: number): number {
    const known = this.cohortOf[nodeRow];
    if (known !== undefined) return known;
    const { release, region } = this.parts[nodeRow]!;
    const row = this.cohorts.row(`${release}${KEY_SEPARATOR}${region}`);
    this.cohortRegions[row] = this.cohorts.keys[row] === OTHER_KEY ? OTHER_KEY : region;
    this.cohortOf[nodeRow] = row;
    return row;
  }
}

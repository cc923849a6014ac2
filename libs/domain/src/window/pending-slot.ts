import {
  FLEET_KEY,
  KEY_SEPARATOR,
  LATENCY_NONE,
  OTHER_KEY,
  OUTCOME,
  OUTCOMES,
  type OutcomeBatch,
  releaseName,
} from '#contracts';
import { addCell, bucketsOf, type CellTable, createCells } from './cell-table.js';
import { COUNT, COUNTS_PER_CELL } from './cells.js';
import { bucketIndex, coarsenIndex } from './histogram.js';
import { BEYOND, type KeySpace, OTHER_ID } from './key-space.js';
import { NumberedCells } from './numbered-cells.js';
import { ROWS_MAX } from './rows-max.js';
import type { SlotTables } from './slot-tables.js';

/** Where a node stands and what it runs: the parts of the keys that its outcomes add to. */
export interface NodeParts {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly release: string;
}

const OTHER_NODE: NodeParts = { nodeId: OTHER_KEY, pop: OTHER_KEY, region: OTHER_KEY, release: OTHER_KEY };

/** The parts of a batch's node. */
export const nodePartsOf = (batch: OutcomeBatch): NodeParts => ({
  nodeId: batch.nodeId,
  pop: batch.pop,
  region: batch.region,
  release: releaseName(batch),
});

/** Entries per zone of a row cache: where the counts of zone × release and customer × region, and the customer's buckets begin. */
export const ROWS_PER_ZONE = 3;

/** Outcome code → column of its class. */
const CLASS_COLUMN = new Uint8Array(256).fill(COUNT.excluded);
for (const { code, class: kind } of OUTCOMES) CLASS_COLUMN[code] = COUNT[kind];
const TIMEOUT = OUTCOME.timeout;
const NODE_BUCKETS = bucketsOf('node');
const CUSTOMER_BUCKETS = bucketsOf('customer');

type PairFamily = 'customer_region' | 'zone_release';
type PairCells = NumberedCells & { readonly family: PairFamily };
const pairCells = (family: PairFamily): PairCells => new NumberedCells(family) as PairCells;

/**
 * What was folded into one slot since it was last settled: the hot arrays. An outcome is counted for its node (per PoP, region and
 * release), for zone × release and for customer × region; every other family is rolled up from these when the slot is settled, once
 * per tick and not once per outcome.
 */
export class PendingSlot {
  /** Keyed by all parts together. */
  readonly nodes = createCells('node', ROWS_MAX.node);
  private readonly nodeParts: NodeParts[] = [];
  /** Histograms only. */
  private readonly customer = new NumberedCells('customer');
  private readonly customerRegion = pairCells('customer_region');
  private readonly zoneRelease = pairCells('zone_release');

  nodeRow(parts: NodeParts): number {
    const { nodes } = this;
    const row = nodes.row([parts.nodeId, parts.pop, parts.release, parts.region].join(KEY_SEPARATOR));
    this.nodeParts[row] = nodes.keys[row] === OTHER_KEY ? OTHER_NODE : parts;
    return row;
  }

  /** Writes where the rows of a zone begin to a row cache; `release` and `region` are labels. */
  resolve(space: KeySpace, zone: number, release: number, region: number, rows: Int32Array, at: number): void {
    const customer = space.customerOf(zone);
    rows[at] = this.pairRow(this.zoneRelease, space, zone, release) * COUNTS_PER_CELL;
    rows[at + 1] = this.pairRow(this.customerRegion, space, customer, region) * COUNTS_PER_CELL;
    rows[at + 2] = this.customer.row(customer) * CUSTOMER_BUCKETS;
  }

  /** Adds a run of outcomes; `rows` are those of its zones, as `resolve` wrote them. */
  add(nodeRow: number, rows: Int32Array, ofOutcome: Uint16Array, batch: OutcomeBatch, from: number, to: number): void {
    const { outcome, latencyUs, weight } = batch;
    const nodeAt = nodeRow * COUNTS_PER_CELL;
    const nodeBucketsAt = nodeRow * NODE_BUCKETS;
    const nodeCounts = this.nodes.counts;
    const nodeBuckets = this.nodes.buckets!;
    const zoneCounts = this.zoneRelease.counts;
    const customerCounts = this.customerRegion.counts;
    const customerBuckets = this.customer.buckets!;
    for (let i = from; i < to; i += 1) {
      const at = ofOutcome[i]! * ROWS_PER_ZONE;
      const code = outcome[i]!;
      const latency = latencyUs[i]!;
      const times = weight === undefined ? 1 : weight[i]!;
      const column = CLASS_COLUMN[code]!;
      nodeCounts[nodeAt + column]! += times;
      zoneCounts[rows[at]! + column]! += times;
      customerCounts[rows[at + 1]! + column]! += times;
      if (code === TIMEOUT) {
        nodeCounts[nodeAt + COUNT.timeout]! += times;
        zoneCounts[rows[at]! + COUNT.timeout]! += times;
        customerCounts[rows[at + 1]! + COUNT.timeout]! += times;
      } else if (column !== COUNT.excluded && latency !== LATENCY_NONE) {
        // Excluded outcomes would make a server that refuses everybody look fast; timeouts rank above every bucket.
        const bucket = bucketIndex(latency, 32);
        nodeBuckets[nodeBucketsAt + bucket]! += times;
        customerBuckets[rows[at + 2]! + coarsenIndex(bucket)]! += times;
      }
    }
  }

  /** Adds the families of many keys to tables. */
  addNumbered({ numbered }: SlotTables, space: KeySpace): void {
    const { customer, customerRegion, zoneRelease } = this;
    const { customer_region: regions, zone_release: releases } = space.pairs;
    for (let row = 0; row < customerRegion.size; row += 1) {
      const pair = customerRegion.ids[row]!;
      numbered.customer?.addRow(regions.left(pair), customerRegion, row);
      numbered.customer_region?.addRow(regions.right(pair) === BEYOND ? OTHER_ID : pair, customerRegion, row);
    }
    for (let row = 0; row < zoneRelease.size; row += 1) {
      const pair = zoneRelease.ids[row]!;
      const isBeyond = releases.right(pair) === BEYOND;
      numbered.zone?.addRow(releases.left(pair), zoneRelease, row);
      numbered.zone_release?.addRow(isBeyond ? OTHER_ID : pair, zoneRelease, row);
      numbered.customer_release?.addRow(isBeyond ? OTHER_ID : space.customerReleaseOf(pair), zoneRelease, row);
    }
    for (let row = 0; row < customer.size; row += 1) numbered.customer?.addBuckets(customer.ids[row]!, customer, row);
  }

  /** The families of the fleet's shape. */
  rollUp(): readonly CellTable[] {
    const fleet = createCells('fleet');
    const region = createCells('region');
    const pop = createCells('pop');
    const node = createCells('node');
    const cohort = createCells('release_region');
    this.nodeParts.forEach((parts, row) => {
      addCell(fleet, FLEET_KEY, this.nodes, row);
      addCell(region, parts.region, this.nodes, row);
      addCell(pop, parts.pop, this.nodes, row);
      addCell(node, parts.nodeId, this.nodes, row);
      addCell(cohort, `${parts.release}${KEY_SEPARATOR}${parts.region}`, this.nodes, row);
    });
    return [fleet, region, pop, node, cohort];
  }

  reset(): void {
    this.nodeParts.length = 0;
    this.nodes.reset();
    for (const cells of [this.customer, this.customerRegion, this.zoneRelease]) cells.reset();
  }

  /** The row of a pair; beyond the bound pairs of the same left part share one, so that zones and customers stay exact. */
  private pairRow(cells: PairCells, space: KeySpace, left: number, right: number): number {
    const pairs = space.pairs[cells.family];
    const isFull = cells.size >= ROWS_MAX[cells.family];
    if (!isFull) return cells.row(pairs.idOf(left, right));
    const known = pairs.find(left, right);
    return cells.row(known > 0 && cells.has(known) ? known : pairs.idOf(left, BEYOND));
  }
}

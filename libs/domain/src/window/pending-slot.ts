import {
  type Family,
  FLEET_KEY,
  LATENCY_NONE,
  OTHER_KEY,
  OUTCOME,
  OUTCOMES,
  type OutcomeBatch,
  releaseName,
} from '#contracts';
import { addCell, bucketsOf, CellTable, createCells } from './cell-table.js';
import { type Block, COUNT, COUNTS_PER_CELL } from './cells.js';
import { bucketIndex, coarsenIndex } from './histogram.js';

/**
 * Most rows of one slot and family; what is beyond shares `OTHER_KEY`. Nodes say themselves which PoP and release they are, so a
 * broken one could invent many: 20,000 is a fleet twenty times the largest that was measured, 200,000 its cross products.
 * Customers have no bound here: there are only those of the catalogue.
 */
export const ROWS_MAX: Readonly<Record<Family, number>> = {
  fleet: 1,
  region: 20_000,
  pop: 20_000,
  node: 20_000,
  release_region: 20_000,
  customer: Number.POSITIVE_INFINITY,
  customer_region: 200_000,
  customer_release: 200_000,
  zone: Number.POSITIVE_INFINITY,
  zone_release: 200_000,
};

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

/** The keys of one zone of a batch. */
export interface ZoneKeys {
  readonly zone: string;
  readonly zoneRelease: string;
  readonly customer: string;
  readonly customerRegion: string;
  readonly customerRelease: string;
}

/** Rows per zone in a row cache: customer, customer × region, customer × release, zone, zone × release. */
export const ROWS_PER_ZONE = 5;

/** Outcome code → column of its class. */
const CLASS_COLUMN = new Uint8Array(256).fill(COUNT.excluded);
for (const { code, class: kind } of OUTCOMES) CLASS_COLUMN[code] = COUNT[kind];
const TIMEOUT = OUTCOME.timeout;
const NODE_BUCKETS = bucketsOf('node');
const CUSTOMER_BUCKETS = bucketsOf('customer');

const addCount = (counts: Uint32Array, row: number, column: number, isTimeout: boolean, weight: number): void => {
  const at = row * COUNTS_PER_CELL;
  counts[at + column]! += weight;
  if (isTimeout) counts[at + COUNT.timeout]! += weight;
};

/**
 * What was folded into one slot since it was last settled: the hot arrays. Nodes are kept per node, PoP, region and release;
 * the families of the fleet's shape are rolled up from them when the slot is settled, once per tick and not once per outcome.
 */
export class PendingSlot {
  /** Keyed by all parts together. */
  readonly nodes = createCells('node', ROWS_MAX.node);
  private readonly nodeParts: NodeParts[] = [];
  readonly customer = createCells('customer');
  readonly customerRegion = createCells('customer_region', ROWS_MAX.customer_region);
  readonly customerRelease = createCells('customer_release', ROWS_MAX.customer_release);
  readonly zone = createCells('zone');
  readonly zoneRelease = createCells('zone_release', ROWS_MAX.zone_release);

  constructor(private readonly join: (left: string, right: string) => string) {}

  nodeRow(parts: NodeParts): number {
    const { join, nodes } = this;
    const row = nodes.row(join(join(parts.nodeId, parts.pop), join(parts.release, parts.region)));
    this.nodeParts[row] = nodes.keys[row] === OTHER_KEY ? OTHER_NODE : parts;
    return row;
  }

  /** Writes the rows of a zone to a row cache. */
  resolve(keys: ZoneKeys, rows: Int32Array, at: number): void {
    rows[at] = this.customer.row(keys.customer);
    rows[at + 1] = this.customerRegion.row(keys.customerRegion);
    rows[at + 2] = this.customerRelease.row(keys.customerRelease);
    rows[at + 3] = this.zone.row(keys.zone);
    rows[at + 4] = this.zoneRelease.row(keys.zoneRelease);
  }

  /** Adds one outcome; `rows` from `at` are those of its zone. */
  add(nodeRow: number, rows: Int32Array, at: number, outcome: number, latencyUs: number, weight: number): void {
    const column = CLASS_COLUMN[outcome]!;
    const isTimeout = outcome === TIMEOUT;
    const customerRow = rows[at]!;
    addCount(this.nodes.counts, nodeRow, column, isTimeout, weight);
    addCount(this.customer.counts, customerRow, column, isTimeout, weight);
    addCount(this.customerRegion.counts, rows[at + 1]!, column, isTimeout, weight);
    addCount(this.customerRelease.counts, rows[at + 2]!, column, isTimeout, weight);
    addCount(this.zone.counts, rows[at + 3]!, column, isTimeout, weight);
    addCount(this.zoneRelease.counts, rows[at + 4]!, column, isTimeout, weight);
    // Excluded outcomes would make a server that refuses everybody look fast; timeouts rank above every bucket.
    if (isTimeout || column === COUNT.excluded || latencyUs === LATENCY_NONE) return;
    const bucket = bucketIndex(latencyUs, 32);
    this.nodes.buckets![nodeRow * NODE_BUCKETS + bucket]! += weight;
    this.customer.buckets![customerRow * CUSTOMER_BUCKETS + coarsenIndex(bucket)]! += weight;
  }

  /** All families, the fleet's shape rolled up. The tables of customers and zones are this slot's own: use before `reset`. */
  block(): Block {
    const { customer, customerRegion, customerRelease, zone, zoneRelease } = this;
    return new Map<Family, CellTable>(
      [...this.rollUp(), customer, customerRegion, customerRelease, zone, zoneRelease].map((cells) => [
        cells.family,
        cells,
      ]),
    );
  }

  reset(): void {
    this.nodeParts.length = 0;
    for (const cells of [this.nodes, this.customer, this.customerRegion, this.customerRelease]) cells.reset();
    for (const cells of [this.zone, this.zoneRelease]) cells.reset();
  }

  private rollUp(): readonly CellTable[] {
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
      addCell(cohort, this.join(parts.release, parts.region), this.nodes, row);
    });
    return [fleet, region, pop, node, cohort];
  }
}

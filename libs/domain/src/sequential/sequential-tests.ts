import { type Family, KEY_SEPARATOR, type RuleScope, TICK_MS } from '#contracts';
import type { PartitionTick } from '../window/partition-tick.js';
import type { VisitAdded } from '../window/window-sum.js';
import { CUSUM_COLUMNS, type CusumReading, observeTick, readCusum } from './cusum.js';
import { THRESHOLD_NATS } from './likelihood.js';
import { TestCells } from './test-cells.js';

/** Families whose cells are tested; regions, releases and PoPs are made of them. */
export const TESTED_FAMILIES = ['fleet', 'release_region', 'node', 'customer'] as const satisfies readonly Family[];

/** A cell without outcomes for 5 min is as one that never was: its sums began anew, and its dispersion has no blocks left. */
const FORGET_TICKS = 300_000 / TICK_MS;
/** How often cells are looked through for it. */
const SWEEP_TICKS = 60_000 / TICK_MS;

/** What tests are fed with; windows that are fed fit. */
export interface AddedReader {
  /** Visits what was added to cells of a family since it was last asked. */
  readonly eachAdded: (family: Family, visit: VisitAdded) => void;
}

/** What a test says of a subject at a tick. */
export interface TestReading extends CusumReading {
  readonly threshold: number;
  readonly isAlarming: boolean;
  /** Log time of the beginning of the onset's tick. */
  readonly onsetMs: number;
}

/**
 * A sequential test of each cell: fleet, region, PoP, node, release, cohort and customer. It takes one step per cell and tick, from
 * what all parts of the tick added, so partitions may come in any order. A tick is over when a part of a later one comes; until then
 * what it added is looked at, not taken. So ticks that are only applied, after a restart, leave what live ones left.
 */
export class SequentialTests {
  private readonly cells = new TestCells();
  private readonly popOfNode = new Map<string, string>();
  private readonly scratch = new Float64Array(CUSUM_COLUMNS);
  private tick = -1;
  private sweptTick = 0;

  constructor(private readonly threshold = THRESHOLD_NATS) {}

  /** How many cells are tested. */
  get size(): number {
    return this.cells.size;
  }

  /** Takes a part that was applied to the windows. */
  apply(part: PartitionTick, windows: AddedReader): void {
    if (part.tick > this.tick) this.endTick(part.tick);
    if (part.topic === 'telemetry.outcomes') for (const { nodeId, pop } of part.nodes) this.place(nodeId, pop);
    for (const family of TESTED_FAMILIES) windows.eachAdded(family, this.countOf[family]);
  }

  /** What the test of a subject says at the end of a tick; undefined when nothing was ever known of it, or all is forgotten. */
  read(scope: RuleScope, key: string, tick: number): TestReading | undefined {
    const cell = this.cells.find(scope, key);
    if (cell < 0) return undefined;
    const { scratch, threshold, cells } = this;
    const at = cell * CUSUM_COLUMNS;
    scratch.set(cells.data.subarray(at, at + CUSUM_COLUMNS));
    const [good, bad] = [Math.max(0, cells.good[cell]!), Math.max(0, cells.bad[cell]!)];
    if (good + bad > 0) observeTick(scratch, 0, { tick: this.tick, good, bad, threshold });
    const reading = readCusum(scratch, 0, tick);
    return {
      ...reading,
      threshold,
      isAlarming: reading.nats > threshold,
      onsetMs: reading.onsetTick * TICK_MS,
    };
  }

  private endTick(next: number): void {
    const { cells, tick, threshold } = this;
    const step = { tick, good: 0, bad: 0, threshold };
    cells.takeTouched((cell, good, bad) => {
      step.good = good;
      step.bad = bad;
      observeTick(cells.data, cell * CUSUM_COLUMNS, step);
    });
    this.tick = next;
    if (next - this.sweptTick < SWEEP_TICKS) return;
    this.sweptTick = next;
    cells.forgetBefore(next - FORGET_TICKS);
    for (const nodeId of this.popOfNode.keys()) if (cells.find('node', nodeId) < 0) this.popOfNode.delete(nodeId);
  }

  /** A node counts for the PoP in which it was seen last. */
  private place(nodeId: string, pop: string): void {
    if (this.popOfNode.get(nodeId) === pop) return;
    const cell = this.cells.add('node', nodeId, this.tick);
    if (cell < 0) return;
    this.popOfNode.set(nodeId, pop);
    this.cells.setParents(cell, [this.cells.add('pop', pop, this.tick)]);
  }

  private readonly countCohort: VisitAdded = (key, good, bad, number) => {
    let cell = this.cells.findNumbered('release_region', key, number);
    if (cell < 0) {
      cell = this.cells.add('release_region', key, this.tick);
      if (cell < 0) return;
      const [release = '', region] = key.split(KEY_SEPARATOR);
      if (region !== undefined)
        this.cells.setParents(cell, [
          this.cells.add('release', release, this.tick),
          this.cells.add('region', region, this.tick),
        ]);
    }
    this.cells.count(cell, this.tick, good, bad);
  };

  private readonly countIn =
    (scope: RuleScope): VisitAdded =>
    (key, good, bad, number) => {
      const known = this.cells.findNumbered(scope, key, number);
      const cell = known >= 0 ? known : this.cells.add(scope, key, this.tick);
      if (cell >= 0) this.cells.count(cell, this.tick, good, bad);
    };

  private readonly countOf: Readonly<Record<(typeof TESTED_FAMILIES)[number], VisitAdded>> = {
    fleet: this.countIn('fleet'),
    release_region: this.countCohort,
    node: this.countIn('node'),
    customer: this.countIn('customer'),
  };
}

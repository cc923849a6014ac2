import { type Family, KEY_SEPARATOR, type NodeReport, type Signal, SLOT_MS, TICK_MS } from '#contracts';
import type { Block, Cells, NodeSeen, PartitionTick } from '#domain';

/** A node of a synthetic fleet; a test changes it as the story goes on. */
export interface FleetNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  release: string;
  /** Share of its outcomes that fail, 0..1. */
  failing: number;
  /** Share of its failures that are timeouts. */
  timeouts: number;
  /** Share of its outcomes that are good and take six seconds, 0..1. */
  slow: number;
  /** A silent node sends nothing. */
  silent: boolean;
  /** Outcomes per second. */
  readonly qps: number;
}

type Counts = [good: number, bad: number, timeout: number, slow: number];

/** Cells filled from counts; histograms stay empty where nothing is slow. */
export type MakeCells = (
  family: Family,
  counts: ReadonlyMap<string, readonly [good: number, bad: number, timeout: number, slow?: number]>,
) => Cells;

const FAMILIES = ['fleet', 'node', 'release_region', 'customer', 'customer_region', 'customer_release'] as const;

/**
 * A fleet in event time: each tick adds a quarter of a second of outcomes and tells the absolute state of the slot, as the
 * aggregator does. Counts are whole numbers of an exact running share, so a ratio is met to one outcome per slot. Nothing is random.
 */
export class EventTimeFleet {
  private readonly slots = new Map<number, Map<Family, Map<string, Counts>>>();
  private offset = 0;
  readonly nodes: FleetNode[] = [];
  /** Told with the next tick. */
  readonly signals: Signal[] = [];
  readonly reports: NodeReport[] = [];

  constructor(
    private readonly customers: readonly string[],
    private readonly makeCells: MakeCells,
  ) {}

  add(node: Partial<FleetNode> & Pick<FleetNode, 'nodeId' | 'pop' | 'region' | 'release'>): FleetNode {
    const full = { failing: 0.0005, timeouts: 0, slow: 0, silent: false, qps: 20_000, ...node };
    this.nodes.push(full);
    return full;
  }

  /** The outcomes of a tick; with `ticks` > 1 also those of the ticks before it, of the same slot. */
  tick(tick: number, ticks = 1): readonly PartitionTick[] {
    const slot = Math.floor((tick * TICK_MS) / SLOT_MS);
    const speaking = this.nodes.filter((node) => !node.silent);
    for (const node of speaking) this.count(node, slot, ticks);
    this.offset += speaking.length;
    const base = { incarnation: 1, tick, nextOffset: this.offset };
    const slots = speaking.length === 0 ? [] : [{ slot, closed: false, block: this.block(slot) }];
    for (const old of this.slots.keys()) if (old < slot) this.slots.delete(old);
    const watermarkUs = (tick + 1) * TICK_MS * 1_000;
    const nodes = speaking.map(({ nodeId, pop, region, release }): NodeSeen => ({
      nodeId,
      pop,
      region,
      release,
      watermarkUs,
    }));
    const outcomes = {
      ...base,
      topic: 'telemetry.outcomes',
      partition: 0,
      slots,
      nodes,
      reports: [],
      signals: [],
    } as const;
    const empty = { ...base, partition: 0, slots: [], nodes: [] };
    return [
      outcomes,
      { ...empty, topic: 'telemetry.nodes', reports: this.reports.splice(0), signals: [] },
      { ...empty, topic: 'telemetry.signals', reports: [], signals: this.signals.splice(0) },
    ];
  }

  private count(node: FleetNode, slot: number, ticks: number): void {
    const { nodeId, region, release, failing, timeouts, slow, qps } = node;
    const all = (ticks * qps * TICK_MS) / SLOT_MS;
    const counts: Counts = [all * (1 - failing), all * failing, all * failing * timeouts, all * slow];
    this.addTo(slot, 'fleet', 'fleet', ...counts);
    this.addTo(slot, 'node', nodeId, ...counts);
    this.addTo(slot, 'release_region', `${release}${KEY_SEPARATOR}${region}`, ...counts);
    const share = this.customers.length;
    for (const customer of this.customers) {
      const part = counts.map((each) => each / share) as Counts;
      this.addTo(slot, 'customer', customer, ...part);
      this.addTo(slot, 'customer_region', `${customer}${KEY_SEPARATOR}${region}`, ...part);
      this.addTo(slot, 'customer_release', `${customer}${KEY_SEPARATOR}${release}`, ...part);
    }
  }

  private addTo(slot: number, family: Family, key: string, ...added: Counts): void {
    const families = this.slots.get(slot) ?? new Map<Family, Map<string, Counts>>();
    const cells = families.get(family) ?? new Map<string, Counts>();
    const counts = cells.get(key) ?? [0, 0, 0, 0];
    for (let index = 0; index < counts.length; index += 1) counts[index]! += added[index]!;
    cells.set(key, counts);
    this.slots.set(slot, families.set(family, cells));
  }

  private block(slot: number): Block {
    const families = this.slots.get(slot);
    return new Map(FAMILIES.map((family) => [family, this.makeCells(family, rounded(families?.get(family)))]));
  }
}

const rounded = (cells: ReadonlyMap<string, Counts> = new Map()): ReadonlyMap<string, Counts> =>
  new Map([...cells].map(([key, counts]) => [key, counts.map(Math.round) as Counts]));

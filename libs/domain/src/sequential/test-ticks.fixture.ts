import { type Family, SLOT_MS, TICK_MS } from '#contracts';
import { plainCells } from '#testing';
import type { PartitionTick, SlotState } from '../window/partition-tick.js';
import { poisson, seeded } from './simulated-cell.fixture.js';

const TICKS_PER_SLOT = SLOT_MS / TICK_MS;
const FIRST_TICK = Date.UTC(2021, 6, 22, 11, 40) / TICK_MS;
/** Slots are open for a minute. */
const OPEN_SLOTS = 60;
const REGIONS = ['us-east', 'europe'] as const;
const RELEASES = ['v2.1.4+c41', 'v2.1.5+c42'] as const;
const NODES = [0, 1, 2, 3].map((index) => ({
  nodeId: `node-${index}`,
  pop: `pop-${index >> 1}`,
  region: REGIONS[index % 2]!,
}));

type Counts = Map<string, [good: number, bad: number, timeout: number]>;
type SlotCounts = Map<Family, Counts>;

/** One partition of a fleet: it tells the absolute state of cells that changed, of slots up to a minute old and 5 s ahead. */
class Partition {
  private readonly slots = new Map<number, SlotCounts>();
  private offset = 0;

  constructor(
    private readonly partition: number,
    private readonly random: () => number,
  ) {}

  tick(index: number, failing: number): PartitionTick {
    const tick = FIRST_TICK + index;
    const changed = new Map<number, Map<Family, Set<string>>>();
    const now = Math.floor(tick / TICKS_PER_SLOT);
    for (const node of NODES.filter((_each, at) => at % 2 === this.partition)) {
      const good = poisson(12, this.random);
      this.count(now, node, [good, poisson(12 * failing, this.random), 0], changed);
      // Some come late, some from a clock that is ahead.
      const strayed = now - OPEN_SLOTS + 1 + Math.floor(this.random() * (OPEN_SLOTS + 4));
      if (this.random() < 0.3) this.count(strayed, node, [2, poisson(failing, this.random), 0], changed);
    }
    this.offset += 1;
    return {
      topic: 'telemetry.outcomes',
      partition: this.partition,
      incarnation: 1,
      tick,
      nextOffset: this.offset,
      slots: [...this.closeBefore(now - OPEN_SLOTS + 1), ...this.states(changed)],
      nodes: NODES.map((node) => ({ ...node, release: RELEASES[0], watermarkUs: tick })),
      reports: [],
      signals: [],
    };
  }

  private count(
    slot: number,
    { nodeId, region }: (typeof NODES)[number],
    added: readonly [number, number, number],
    changed: Map<number, Map<Family, Set<string>>>,
  ): void {
    const counts = this.slots.get(slot) ?? new Map<Family, Counts>();
    this.slots.set(slot, counts);
    const families = changed.get(slot) ?? new Map<Family, Set<string>>();
    changed.set(slot, families);
    const release = RELEASES[this.random() < 0.7 ? 0 : 1];
    const keys = {
      fleet: 'fleet',
      node: nodeId,
      release_region: `${release}|${region}`,
      customer: 'customer-1',
    } as const;
    for (const [family, key] of Object.entries(keys) as [Family, string][]) {
      const cells: Counts = counts.get(family) ?? new Map();
      const [good, bad, timeout] = cells.get(key) ?? [0, 0, 0];
      counts.set(family, cells.set(key, [good + added[0], bad + added[1], timeout]));
      families.set(family, (families.get(family) ?? new Set()).add(key));
    }
  }

  private states(changed: Map<number, Map<Family, Set<string>>>): SlotState[] {
    return [...changed].map(([slot, families]) => ({
      slot,
      closed: false,
      block: new Map(
        [...families].map(([family, keys]) => {
          const cells = this.slots.get(slot)?.get(family);
          return [family, plainCells(family, new Map([...keys].map((key) => [key, cells!.get(key)!])))] as const;
        }),
      ),
    }));
  }

  private closeBefore(slot: number): SlotState[] {
    const closing = [...this.slots.keys()].filter((each) => each < slot);
    for (const each of closing) this.slots.delete(each);
    return closing.map((each) => ({ slot: each, closed: true, block: new Map() }));
  }
}

/** The parts of so many ticks of a fleet, tick by tick; `failingAt` says which share of a tick fails. */
export const fleetParts = (
  seed: number,
  ticks: number,
  failingAt?: (index: number) => number,
): readonly (readonly PartitionTick[])[] => {
  const random = seeded(seed);
  const partitions = [new Partition(0, random), new Partition(1, random)];
  let failing = 0.003;
  return Array.from({ length: ticks }, (_unused, index) => {
    // Health comes and goes.
    if (random() < 0.01) failing = [0.003, 0.003, 0.02, 0.3][Math.floor(random() * 4)]!;
    return partitions.map((partition) => partition.tick(index, failingAt?.(index) ?? failing));
  });
};

import { FLEET_KEY, SLOT_MS } from '#contracts';
import type { CatalogueFollower, Clock } from '#runtime';
import {
  type Catalogue,
  createRecentSums,
  figuresOf,
  type RecentSum,
  type SegmentRepository,
  type WindowFigures,
} from '#store';

/** How the fleet or a region was over the last minute. */
export interface Health extends WindowFigures {
  /** `fleet`, or the region. */
  readonly key: string;
  readonly windowMs: number;
  /** Last slot of the window, seconds of event time. */
  readonly slot: number;
}

/** How fleet and regions were over the last complete minute. */
export interface FleetHealth {
  readonly fleet: Health;
  /** Every region that answered or has a node: one that is silent is shown, with nothing known. */
  readonly regions: readonly Health[];
  /** The end of the window, ms since the epoch. */
  readonly asOf: number;
}

/** What the dashboard and `tocsin status` show. */
const HEALTH_WINDOW_MS = 60_000;
/** A new minute each second. */
const KEPT_SLOTS = 1;

const healthFrom = (fleet: RecentSum, regions: RecentSum, nodes: Catalogue['nodes']): FleetHealth => {
  const names = new Set([...regions.sum.keys, ...nodes.map(({ region }) => region)]);
  const healthOf = ({ sum, slot }: RecentSum, key: string): Health => {
    return { key, ...figuresOf(sum, key), windowMs: HEALTH_WINDOW_MS, slot };
  };
  return {
    fleet: healthOf(fleet, FLEET_KEY),
    regions: [...names].toSorted().map((key) => healthOf(regions, key)),
    asOf: (fleet.slot + 1) * SLOT_MS,
  };
};

/** Reads the health of the fleet: the same object as long as the window and the nodes are the same. */
export const createFleetHealth = (
  segments: Pick<SegmentRepository, 'read'>,
  catalogue: Pick<CatalogueFollower, 'current'>,
  clock: Pick<Clock, 'nowMs'>,
): (() => Promise<FleetHealth>) => {
  const recent = createRecentSums(segments, clock, { windowMs: HEALTH_WINDOW_MS, keptSlots: KEPT_SLOTS });
  let last: { readonly of: readonly unknown[]; readonly health: FleetHealth } | undefined;
  return async () => {
    const [fleet, regions] = [await recent('fleet'), await recent('region')];
    const { nodes } = catalogue.current();
    const of = [fleet, regions, nodes];
    if (last?.of.every((each, at) => each === of[at]) === true) return last.health;
    last = { of, health: healthFrom(fleet, regions, nodes) };
    return last.health;
  };
};

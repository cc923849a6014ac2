import { FLEET_KEY, SLOT_MS } from '#contracts';
import type { CatalogueFollower, Clock } from '#runtime';
import { createRecentSums, figuresOf, type RecentSum, type SegmentRepository, type WindowFigures } from '#store';

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

/** Reads the health of the fleet. */
export const createFleetHealth = (
  segments: Pick<SegmentRepository, 'read'>,
  catalogue: Pick<CatalogueFollower, 'current'>,
  clock: Pick<Clock, 'nowMs'>,
): (() => Promise<FleetHealth>) => {
  const recent = createRecentSums(segments, clock, { windowMs: HEALTH_WINDOW_MS, keptSlots: KEPT_SLOTS });
  return async () => {
    const [fleet, regions] = [await recent('fleet'), await recent('region')];
    const names = new Set([...regions.sum.keys, ...catalogue.current().nodes.map(({ region }) => region)]);
    const healthOf = ({ sum, slot }: RecentSum, key: string): Health => {
      return { key, ...figuresOf(sum, key), windowMs: HEALTH_WINDOW_MS, slot };
    };
    return {
      fleet: healthOf(fleet, FLEET_KEY),
      regions: [...names].toSorted().map((key) => healthOf(regions, key)),
      asOf: (fleet.slot + 1) * SLOT_MS,
    };
  };
};

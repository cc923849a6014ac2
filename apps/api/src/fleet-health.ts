import { FLEET_KEY, SLOT_MS } from '#contracts';
import type { CatalogueFollower, Clock } from '#runtime';
import type { SegmentRepository } from '#store';
import { figuresOf, sumSegments, type WindowFigures } from './segment-windows.js';

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
const HEALTH_SLOTS = HEALTH_WINDOW_MS / SLOT_MS;
/**
 * How long a second takes to be complete in the store: batches leave a node each 250 ms, segments are flushed once a second. Later
 * outcomes are still added, and show in windows read later.
 */
export const SETTLED_AFTER_MS = 3_000;

/** The newest slot that is taken for complete. By the clock and not by the newest segment: a fleet that went silent must show. */
export const lastCompleteSlot = (nowMs: number): number => Math.floor((nowMs - SETTLED_AFTER_MS) / SLOT_MS) - 1;

/** Reads the health of the fleet; asked again within the same second it gives the same answer, computed once. */
export const createFleetHealth = (
  segments: Pick<SegmentRepository, 'read'>,
  catalogue: Pick<CatalogueFollower, 'current'>,
  clock: Pick<Clock, 'nowMs'>,
): (() => Promise<FleetHealth>) => {
  const read = async (slot: number): Promise<FleetHealth> => {
    const range = { fromSlot: slot - HEALTH_SLOTS + 1, toSlot: slot };
    const [fleet] = await sumSegments(segments, { family: 'fleet', ...range }, HEALTH_SLOTS);
    const [regions] = await sumSegments(segments, { family: 'region', ...range }, HEALTH_SLOTS);
    if (fleet === undefined || regions === undefined) throw new Error('read fleet health: a window without a step');
    const at = { windowMs: HEALTH_WINDOW_MS, slot };
    const names = new Set([...regions.keys, ...catalogue.current().nodes.map(({ region }) => region)]);
    return {
      fleet: { key: FLEET_KEY, ...figuresOf(fleet, FLEET_KEY), ...at },
      regions: [...names].toSorted().map((key) => ({ key, ...figuresOf(regions, key), ...at })),
      asOf: (slot + 1) * SLOT_MS,
    };
  };
  let latest: { readonly slot: number; readonly health: Promise<FleetHealth> } | undefined;
  return () => {
    const slot = lastCompleteSlot(clock.nowMs());
    if (latest?.slot === slot) return latest.health;
    const health = read(slot);
    latest = { slot, health };
    // A failed read is not kept: the next request tries again.
    health.catch(() => {
      if (latest?.health === health) latest = undefined;
    });
    return health;
  };
};

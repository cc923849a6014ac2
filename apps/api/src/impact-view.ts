import { type ImpactPart, type ImpactSettings, SLOT_MS, TIERS } from '#contracts';
import {
  type AffectedCustomer,
  AffectedReader,
  type ByTier,
  type CatalogueCustomer,
  type CellTable,
  countedShares,
  dollarsPerMinuteOf,
  IMPACT_WINDOW_MS,
  impactOf,
  partsOf,
  recoveryOrder,
  sectorOf,
  worldRegionOf,
} from '#domain';
import type { CatalogueFollower, Clock } from '#runtime';
import { createRecentSums, figuresOf, type SegmentRepository, summedWindows } from '#store';

/** A region of the fleet, in the order in which it is to be brought back (R57). */
export interface RegionNow {
  /** 1 is the first. */
  readonly order: number;
  readonly region: string;
  /** Share of its queries that fail, 0..1; null without outcomes. */
  readonly failing: number | null;
  readonly affectedCustomers: number;
  readonly dollarsPerMinute: number;
}

/** A country, or a part of the world, of the customers that are hurt; each customer counts in its home alone. */
export interface PlaceNow {
  /** ISO 3166-1, the name of a part of the world, or `unknown` for customers that nobody gave a country. */
  readonly place: string;
  readonly affectedCustomers: number;
  readonly dollarsPerMinute: number;
  /** Sites of the customers that are hurt, as far as they are known. */
  readonly sites: number;
  /** The share of its sites in all that are hurt, as counted. */
  readonly sitesPercent: number;
}

/** Whom it hurts now, and where. */
export interface ImpactNow {
  /** The end of the window, ms since the epoch. */
  readonly asOf: number;
  readonly affectedCustomers: number;
  readonly byTier: ByTier;
  readonly score: number;
  readonly dollarsPerMinute: number;
  readonly regions: readonly RegionNow[];
  readonly sectors: readonly ImpactPart[];
  readonly countries: readonly PlaceNow[];
  readonly worldRegions: readonly PlaceNow[];
}

/** As for incidents: customers of a large fleet take seconds to sum. */
const KEPT_SLOTS = 5;
const UNKNOWN = 'unknown';

const homeOf = ({ countries }: CatalogueCustomer): string => countries?.[0] ?? UNKNOWN;
const worldOf = (customer: CatalogueCustomer): string => worldRegionOf(homeOf(customer)) ?? UNKNOWN;

const placesOf = (
  affected: readonly AffectedCustomer[],
  placeOf: (customer: CatalogueCustomer) => string,
  settings: ImpactSettings,
): readonly PlaceNow[] => {
  const sites = new Map<string, number>();
  for (const { customer } of affected) {
    const place = placeOf(customer);
    sites.set(place, (sites.get(place) ?? 0) + (customer.sites ?? 0));
  }
  const shares = new Map(
    countedShares([...sites].map(([place, count]) => ({ place, count }))).map((each) => [each.place, each]),
  );
  return partsOf(affected, (customer) => [placeOf(customer)], settings).map(({ key: place, ...part }) => ({
    place,
    ...part,
    sites: sites.get(place) ?? 0,
    sitesPercent: shares.get(place)?.countedPercent ?? 0,
  }));
};

const customersOf = (byTier: ByTier): number => TIERS.reduce((sum, tier) => sum + byTier[tier], 0);

/** Whom the fleet hurts in the last complete minute, by the functions that decide an incident's impact. */
export const createImpactView = (
  segments: Pick<SegmentRepository, 'read'>,
  catalogue: Pick<CatalogueFollower, 'current'>,
  clock: Pick<Clock, 'nowMs'>,
  readSettings: () => Promise<ImpactSettings>,
): (() => Promise<ImpactNow>) => {
  const recent = createRecentSums(segments, clock, { windowMs: IMPACT_WINDOW_MS, keptSlots: KEPT_SLOTS });
  return async () => {
    const tables = new Map<string, CellTable>();
    let slot = Infinity;
    for (const family of ['region', 'customer', 'customer_region'] as const) {
      const read = await recent(family);
      slot = Math.min(slot, read.slot);
      tables.set(family, read.sum);
    }
    const { customers, nodes } = catalogue.current();
    const settings = await readSettings();
    const reader = new AffectedReader(summedWindows(tables), customers, settings);
    const affected = reader.fleet(IMPACT_WINDOW_MS, slot);
    const names = new Set([...nodes.map(({ region }) => region), ...(tables.get('region')?.keys ?? [])]);
    const regions = [...names].map((region) => {
      const cells = tables.get('region');
      const { good, bad } = cells === undefined ? { good: 0, bad: 0 } : figuresOf(cells, region);
      const byTier = reader.regionByTier(region, IMPACT_WINDOW_MS, slot);
      return {
        region,
        failing: good + bad === 0 ? undefined : bad / (good + bad),
        affectedCustomers: customersOf(byTier),
        dollarsPerMinute: dollarsPerMinuteOf(byTier, settings),
      };
    });
    const { affectedCustomers, byTier, score, dollarsPerMinute } = impactOf(affected, settings);
    return {
      asOf: (slot + 1) * SLOT_MS,
      affectedCustomers,
      byTier,
      score,
      dollarsPerMinute,
      regions: recoveryOrder(regions).map((each, at) => ({ order: at + 1, ...each, failing: each.failing ?? null })),
      sectors: partsOf(affected, sectorOf, settings),
      countries: placesOf(affected, homeOf, settings),
      worldRegions: placesOf(affected, worldOf, settings),
    };
  };
};

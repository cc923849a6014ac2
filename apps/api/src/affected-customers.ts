import { type Family, type Impact, KEY_SEPARATOR, SLOT_MS } from '#contracts';
import {
  type AffectedCustomer,
  AffectedReader,
  type CatalogueCustomer,
  type CellTable,
  COUNT,
  COUNTS_PER_CELL,
  IMPACT_WINDOW_MS,
  impactOf,
  TIER_DOLLARS_PER_MINUTE,
  type WindowReader,
} from '#domain';
import type { CatalogueFollower, Clock } from '#runtime';
import type { IncidentRow, SegmentRepository } from '#store';
import { createRecentSums } from './recent-sums.js';

/** A customer that is hurt. */
export interface HurtCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly tier: CatalogueCustomer['tier'];
  /** Emergency services and governments; they come first. */
  readonly critical: boolean;
  /** Share of its queries that fail, 0..1. */
  readonly failing: number;
  readonly dollarsPerMinute: number;
}

/** Whom an incident hurts. */
export interface AffectedCustomers {
  readonly incidentId: string;
  /**
   * `windows`: who is hurt at this moment. `incident`: what the incident itself recorded, its worst moment once it is resolved; at
   * most its first 20 names.
   */
  readonly source: 'windows' | 'incident';
  /** The end of the windows, ms since the epoch; null when they were not read. */
  readonly asOf: number | null;
  /** As counted from the source; the list below may be shorter. */
  readonly affectedCustomers: number;
  readonly score: number;
  readonly dollarsPerMinute: number;
  /** Critical ones first, then by money. */
  readonly customers: readonly HurtCustomer[];
  /** What the incident recorded last, and at its worst. */
  readonly impact: Impact;
  readonly peakImpact: Impact;
}

type CustomerFamily = 'customer' | 'customer_region' | 'customer_release';

/** Customers of a large fleet take seconds to sum; impact is to be known within 15 s (R12). */
const KEPT_SLOTS = 5;

/** Windows that were read once, for the functions of the domain: whatever window is asked for, it is that one. */
const readerOf = (tables: ReadonlyMap<string, CellTable>): WindowReader => {
  const count = (family: Family, key: string, column: keyof typeof COUNT): number => {
    const cells = tables.get(family);
    const row = cells?.find(key) ?? -1;
    return row < 0 ? 0 : (cells?.counts[row * COUNTS_PER_CELL + COUNT[column]] ?? 0);
  };
  return {
    sum: (family, key) => ({
      good: count(family, key, 'good'),
      bad: count(family, key, 'bad'),
      excluded: count(family, key, 'excluded'),
      timeout: count(family, key, 'timeout'),
    }),
    eachFailing: (family, keys, { badMin }, visit) =>
      keys.forEach((key, index) => {
        const bad = count(family, key, 'bad');
        if (bad >= badMin) visit(index, count(family, key, 'good'), bad);
      }),
    percentile: () => 'unknown',
    percentileOfAll: () => 'unknown',
    keys: (family) => tables.get(family)?.keys ?? [],
  };
};

const hurt = (customer: CatalogueCustomer, failing: number): HurtCustomer => {
  const { customerId, name, tier, critical } = customer;
  return { customerId, name, tier, critical, failing, dollarsPerMinute: TIER_DOLLARS_PER_MINUTE[tier] };
};

const byUrgency = (a: HurtCustomer, b: HurtCustomer): number =>
  Number(b.critical) - Number(a.critical) ||
  b.dollarsPerMinute - a.dollarsPerMinute ||
  b.failing - a.failing ||
  (a.customerId < b.customerId ? -1 : 1);

/** What the incident recorded: no window is needed, and none is left of an incident of last month. */
const asRecorded = (
  incident: IncidentRow,
  customers: readonly CatalogueCustomer[],
): Omit<AffectedCustomers, 'incidentId'> => {
  const { impact, peakImpact } = incident;
  const told = incident.status === 'resolved' ? peakImpact : impact;
  const critical = new Map(customers.map((each) => [each.customerId, each.critical]));
  const { affectedCustomers, score, dollarsPerMinute, top } = told;
  return {
    source: 'incident',
    asOf: null,
    affectedCustomers,
    score,
    dollarsPerMinute,
    customers: top.map((each) => hurt({ ...each, critical: critical.get(each.customerId) ?? false }, each.failing)),
    impact,
    peakImpact,
  };
};

interface Measured {
  readonly affected: readonly AffectedCustomer[];
  readonly slot: number;
}

const asMeasured = (incident: IncidentRow, { affected, slot }: Measured, limit: number) => {
  const { affectedCustomers, score, dollarsPerMinute } = impactOf(affected);
  return {
    source: 'windows' as const,
    asOf: (slot + 1) * SLOT_MS,
    affectedCustomers,
    score,
    dollarsPerMinute,
    customers: affected
      .map(({ customer, failing }) => hurt(customer, failing))
      .toSorted(byUrgency)
      .slice(0, limit),
    impact: incident.impact,
    peakImpact: incident.peakImpact,
  };
};

/**
 * Whom an incident hurts: now, by the same functions and over the same window that decide an incident's impact; for one that is
 * resolved, or while no telemetry arrives, what it recorded.
 */
export const createAffectedCustomers = (
  segments: Pick<SegmentRepository, 'read'>,
  catalogue: Pick<CatalogueFollower, 'current'>,
  clock: Pick<Clock, 'nowMs'>,
): ((incident: IncidentRow, limit: number) => Promise<AffectedCustomers>) => {
  const recent = createRecentSums(segments, clock, { windowMs: IMPACT_WINDOW_MS, keptSlots: KEPT_SLOTS });
  const measure = async (incident: IncidentRow): Promise<Measured | undefined> => {
    const [release, region] = incident.key.split(KEY_SEPARATOR);
    const isFleet = incident.scope === 'fleet' || release === undefined || region === undefined;
    const families: readonly CustomerFamily[] = isFleet ? ['customer'] : ['customer_release', 'customer_region'];
    const tables = new Map<string, CellTable>();
    let slot = Infinity;
    for (const family of families) {
      const read = await recent(family);
      slot = Math.min(slot, read.slot);
      if (read.sum.size > 0) tables.set(family, read.sum);
    }
    if (tables.size === 0) return undefined;
    const reader = new AffectedReader(readerOf(tables), catalogue.current().customers);
    const affected = isFleet
      ? reader.fleet(IMPACT_WINDOW_MS, slot)
      : reader.cohort(release, region, IMPACT_WINDOW_MS, slot);
    return { affected, slot };
  };
  return async (incident, limit) => {
    const { incidentId } = incident;
    const measured = incident.status === 'resolved' ? undefined : await measure(incident);
    if (measured !== undefined) return { incidentId, ...asMeasured(incident, measured, limit) };
    const recorded = asRecorded(incident, catalogue.current().customers);
    return { incidentId, ...recorded, customers: recorded.customers.slice(0, limit) };
  };
};

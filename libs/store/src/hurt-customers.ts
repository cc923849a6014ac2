import type { Covered, ImpactSettings } from '#contracts';
import {
  type AffectedCustomer,
  AffectedReader,
  type CatalogueCustomer,
  type CellTable,
  coveredBy,
  IMPACT_WINDOW_MS,
} from '#domain';
import type { IncidentRow } from './incident.repository.js';
import { createRecentSums } from './recent-sums.js';
import type { SegmentRepository } from './segment.repository.js';
import { summedWindows } from './summed-windows.js';

/** Who is hurt, as the newest complete windows show it. */
export interface MeasuredHurt {
  /** Whose customers are counted: what the incident is about, or the fleet where that has no counts per customer. */
  readonly covers: readonly Covered[];
  readonly affected: readonly AffectedCustomer[];
  /** The last second of the windows. */
  readonly slot: number;
}

type CustomerFamily = 'customer' | 'customer_region' | 'customer_release';

/** Readers of one request, by what they read: who is hurt in a place is found out once for it, however many incidents are there. */
export type HurtReaders = Map<string, AffectedReader>;

/** Of a cohort a customer counts that is hurt by its release and in its region. */
const FAMILIES_OF: Readonly<Record<Covered['scope'], readonly CustomerFamily[]>> = {
  fleet: ['customer'],
  customer: ['customer'],
  region: ['customer_region'],
  release: ['customer_release'],
  release_region: ['customer_release', 'customer_region'],
};

/** Customers of a large fleet take seconds to sum; impact is to be known within 15 s (R12). */
const KEPT_SLOTS = 5;

/**
 * Whom an incident hurts at this moment, all of them: by the same functions, over the same window and of the same subjects as the
 * impact it told last, which names twenty. Undefined while no telemetry arrives.
 */
export const createHurtReader = (
  segments: Pick<SegmentRepository, 'read'>,
  clock: { readonly nowMs: () => number },
): ((
  incident: Pick<IncidentRow, 'impact' | 'scope' | 'key'>,
  customers: readonly CatalogueCustomer[],
  settings: ImpactSettings,
  readers?: HurtReaders,
) => Promise<MeasuredHurt | undefined>) => {
  const recent = createRecentSums(segments, clock, { windowMs: IMPACT_WINDOW_MS, keptSlots: KEPT_SLOTS });
  return async (incident, customers, settings, readers) => {
    // What was told before impacts said what they cover is read of its root.
    const covers = incident.impact.covers ?? coveredBy(incident);
    const families = new Set(covers.flatMap(({ scope }) => FAMILIES_OF[scope]));
    const tables = new Map<string, CellTable>();
    let slot = Infinity;
    for (const family of families) {
      const read = await recent(family);
      slot = Math.min(slot, read.slot);
      if (read.sum.size > 0) tables.set(family, read.sum);
    }
    if (tables.size === 0) return undefined;
    const name = [slot, ...tables.keys()].join(' ');
    const reader = readers?.get(name) ?? new AffectedReader(summedWindows(tables), customers, settings);
    readers?.set(name, reader);
    return { covers, affected: reader.covered(covers, IMPACT_WINDOW_MS, slot), slot };
  };
};

import { type Covered, type Impact, type ImpactSettings, SLOT_MS } from '#contracts';
import { type AffectedCustomer, byUrgency, type CatalogueCustomer, coversOf, impactOf } from '#domain';
import type { CatalogueFollower, Clock } from '#runtime';
import {
  createHurtReader,
  type HurtReaders,
  type IncidentRow,
  type MeasuredHurt,
  type SegmentRepository,
} from '#store';

/** What is read once for many incidents. */
export interface AffectedKnown {
  readonly settings: ImpactSettings;
  readonly readers: HurtReaders;
}

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
  /** Whose customers are counted: what the incident is about, or the fleet where that has no counts per customer. */
  readonly covers: readonly Covered[];
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

/** A customer with what it loses. */
export const hurtCustomer = ({ customer, failing }: AffectedCustomer, settings: ImpactSettings): HurtCustomer => {
  const { customerId, name, tier, critical } = customer;
  return { customerId, name, tier, critical, failing, dollarsPerMinute: settings.dollarsPerMinute[tier] };
};

/** What the incident recorded: no window is needed, and none is left of an incident of last month. */
const asRecorded = (
  incident: IncidentRow,
  customers: readonly CatalogueCustomer[],
  settings: ImpactSettings,
): Omit<AffectedCustomers, 'incidentId'> => {
  const { impact, peakImpact } = incident;
  const told = incident.status === 'resolved' ? peakImpact : impact;
  const critical = new Map(customers.map((each) => [each.customerId, each.critical]));
  const { affectedCustomers, score, dollarsPerMinute, top } = told;
  return {
    source: 'incident',
    asOf: null,
    covers: coversOf(told),
    affectedCustomers,
    score,
    dollarsPerMinute,
    customers: top.map((each) => {
      const customer = { ...each, critical: critical.get(each.customerId) ?? false };
      return hurtCustomer({ customer, failing: each.failing }, settings);
    }),
    impact,
    peakImpact,
  };
};

const asMeasured = (
  incident: IncidentRow,
  { covers, affected, slot }: MeasuredHurt,
  limit: number,
  settings: ImpactSettings,
) => {
  const { affectedCustomers, score, dollarsPerMinute } = impactOf(affected, settings);
  return {
    source: 'windows' as const,
    asOf: (slot + 1) * SLOT_MS,
    covers,
    affectedCustomers,
    score,
    dollarsPerMinute,
    customers: affected
      .toSorted(byUrgency(settings))
      .slice(0, limit)
      .map((each) => hurtCustomer(each, settings)),
    impact: incident.impact,
    peakImpact: incident.peakImpact,
  };
};

/**
 * Whom an incident hurts: now, by the same functions, over the same window and of the same subjects as the impact it told last; for
 * one that is resolved, or while no telemetry arrives, what it recorded.
 */
export const createAffectedCustomers = (
  segments: Pick<SegmentRepository, 'read'>,
  catalogue: Pick<CatalogueFollower, 'current'>,
  clock: Pick<Clock, 'nowMs'>,
  readSettings: () => Promise<ImpactSettings>,
): ((incident: IncidentRow, limit: number, known?: AffectedKnown) => Promise<AffectedCustomers>) => {
  const measure = createHurtReader(segments, clock);
  return async (incident, limit, known) => {
    const { incidentId } = incident;
    const settings = known?.settings ?? (await readSettings());
    const { customers } = catalogue.current();
    const measured =
      incident.status === 'resolved' ? undefined : await measure(incident, customers, settings, known?.readers);
    if (measured !== undefined) return { incidentId, ...asMeasured(incident, measured, limit, settings) };
    const recorded = asRecorded(incident, customers, settings);
    return { incidentId, ...recorded, customers: recorded.customers.slice(0, limit) };
  };
};

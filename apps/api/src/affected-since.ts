import { z } from 'zod';
import { type ImpactSettings, refuse, type Refusal, SLOT_MS } from '#contracts';
import { AffectedReader, byUrgency, impactOf } from '#domain';
import type { CatalogueFollower, Clock } from '#runtime';
import type { SegmentRepository } from '#store';
import { type HurtCustomer, hurtCustomer } from './affected-customers.js';
import { limitQuery } from './list-query.js';
import { lastCompleteSlot } from './recent-sums.js';
import { sumSegments } from './segment-windows.js';
import { summedWindows } from './summed-windows.js';
import { moment } from './window-query.js';

/** A customer that was hurt, as R56 asks for it. */
export interface HurtSince extends HurtCustomer {
  /** Its zones. */
  readonly domains: number;
  readonly sector: string | null;
}

/** Who was hurt in a stretch of the past. */
export interface AffectedSince {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly affectedCustomers: number;
  readonly byTier: { readonly tier1: number; readonly tier2: number; readonly tier3: number };
  readonly dollarsPerMinute: number;
  /** Critical ones first, then by tier, then by money, then by the share that fails. */
  readonly customers: readonly HurtSince[];
}

/**
 * Longest stretch of one answer: the half hour in which an operator looks back. The seconds of all customers are added up, some 10 ms
 * for 10,000 of them; a longer outage is asked for in parts.
 */
const STRETCH_MS_MAX = 1_800_000;

/** From when on, and until when: without an end as long as one answer may be, or until now. */
export const sinceQuery = z.object({ since: moment, until: moment.optional(), limit: limitQuery });
/** From when on, and until when. */
export type SinceQuery = z.output<typeof sinceQuery>;

/**
 * Who was hurt since an instant of the past: by the ratio over the whole stretch, so that a second of trouble in half an hour hurts
 * nobody. Tiers are those of today's catalogue.
 */
export const createAffectedSince =
  (
    segments: Pick<SegmentRepository, 'read'>,
    catalogue: Pick<CatalogueFollower, 'current'>,
    clock: Pick<Clock, 'nowMs'>,
    readSettings: () => Promise<ImpactSettings>,
  ): ((query: SinceQuery) => Promise<AffectedSince | Refusal>) =>
  async ({ since: from, until, limit }) => {
    const nowMs = (lastCompleteSlot(clock.nowMs()) + 1) * SLOT_MS;
    const to = Math.min(until ?? from + STRETCH_MS_MAX, nowMs);
    if (from >= to) return refuse('QUERY_INVALID', 'expected an instant of the past that lies before until', 'since');
    if (to - from > STRETCH_MS_MAX)
      return refuse('QUERY_INVALID', `at most ${STRETCH_MS_MAX / 60_000} minutes at once`, 'until');
    const slots = { family: 'customer' as const, fromSlot: from / SLOT_MS, toSlot: to / SLOT_MS - 1 };
    const [sum] = await sumSegments(segments, slots, (to - from) / SLOT_MS);
    const { customers } = catalogue.current();
    const settings = await readSettings();
    const tables = new Map(sum === undefined ? [] : [['customer', sum]]);
    const affected = new AffectedReader(summedWindows(tables), customers, settings).fleet(to - from, slots.toSlot);
    const { affectedCustomers, byTier, dollarsPerMinute } = impactOf(affected, settings);
    const domains = new Map(customers.map(({ customerId, zones }) => [customerId, zones.length]));
    const first = affected.toSorted(byUrgency(settings)).slice(0, limit);
    return {
      from,
      to,
      affectedCustomers,
      byTier,
      dollarsPerMinute,
      customers: first.map((each) => ({
        ...hurtCustomer(each, settings),
        domains: domains.get(each.customer.customerId) ?? 0,
        sector: each.customer.sector ?? null,
      })),
    };
  };

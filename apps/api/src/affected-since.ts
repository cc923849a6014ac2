import { z } from 'zod';
import { type ImpactSettings, nameSchema, refuse, type Refusal, SLOT_MS } from '#contracts';
import { type AffectedCustomer, AffectedReader, byUrgency, type CatalogueCustomer, impactOf } from '#domain';
import type { CatalogueFollower, Clock } from '#runtime';
import { lastCompleteSlot, type SegmentRepository, summedWindows, sumSegments } from '#store';
import { type HurtCustomer, hurtCustomer } from './affected-customers.js';
import { limitQuery } from './list-query.js';
import { moment } from './window-query.js';

/** A customer that was hurt, as R56 asks for it. */
export interface HurtSince extends HurtCustomer {
  /** Its zones. */
  readonly domains: number;
  readonly sector: string | null;
  /** In how many minutes it was hurt; `failing` is its share in the worst of them. */
  readonly minutes: number;
  /** The beginning of the first of them and the end of the last, ms since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Who was hurt in a stretch of the past. */
export interface AffectedSince {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Who was hurt in any minute, each once. */
  readonly affectedCustomers: number;
  readonly byTier: { readonly tier1: number; readonly tier2: number; readonly tier3: number };
  /** While all of them are hurt at once. */
  readonly dollarsPerMinute: number;
  /** Critical ones first, then by tier, then by money, then by the share that fails. */
  readonly customers: readonly HurtSince[];
}

/**
 * Longest stretch of one answer: the 3 h 13 min of 2021, and some more. The seconds of all customers are added up, some 10 ms for 10,000
 * of them, so the worst answer takes minutes, in which others have their turn; a longer outage is asked for in parts.
 */
const STRETCH_MS_MAX = 14_400_000;
/** Whoever is hurt for a minute was hurt, as an incident's impact says; over hours such a minute would not show. */
const MINUTE_SLOTS = 60;

/** From when on, and until when: without an end for four hours, or until now; and whom it is asked of, all unless told. */
export const sinceQuery = z.object({
  since: moment,
  until: moment.optional(),
  customerId: nameSchema.optional(),
  limit: limitQuery,
});
/** From when on, until when, and of whom. */
export type SinceQuery = z.output<typeof sinceQuery>;

type Hurt = AffectedCustomer & Pick<HurtSince, 'minutes' | 'firstAt' | 'lastAt'>;

/** Who was hurt in the minutes so far, by id: at most the customers of the catalogue. */
class HurtInMinutes {
  private readonly hurt = new Map<string, Hurt>();

  add(affected: readonly AffectedCustomer[], firstAt: number, lastAt: number): void {
    for (const { customer, failing } of affected) {
      const known = this.hurt.get(customer.customerId);
      this.hurt.set(customer.customerId, {
        customer,
        failing: Math.max(known?.failing ?? 0, failing),
        minutes: (known?.minutes ?? 0) + 1,
        firstAt: known?.firstAt ?? firstAt,
        lastAt,
      });
    }
  }

  get all(): readonly Hurt[] {
    return [...this.hurt.values()];
  }
}

interface Slots {
  readonly fromSlot: number;
  readonly toSlot: number;
  /** The one customer that is asked of; undefined: all. */
  readonly key: string | undefined;
}

/** Reads one minute after the other, so that no more than the cells of one are held. */
const readHurt = async (
  segments: Pick<SegmentRepository, 'read'>,
  { fromSlot, toSlot, key }: Slots,
  customers: readonly CatalogueCustomer[],
  settings: ImpactSettings,
): Promise<readonly Hurt[]> => {
  const hurt = new HurtInMinutes();
  for (let first = fromSlot; first <= toSlot; first += MINUTE_SLOTS) {
    const last = Math.min(first + MINUTE_SLOTS - 1, toSlot);
    const range = { family: 'customer' as const, fromSlot: first, toSlot: last, key };
    const [sum] = await sumSegments(segments, range, MINUTE_SLOTS);
    if (sum === undefined) continue;
    const reader = new AffectedReader(summedWindows(new Map([['customer', sum]])), customers, settings);
    const affected = reader.fleet((last - first + 1) * SLOT_MS, last);
    hurt.add(affected, first * SLOT_MS, (last + 1) * SLOT_MS);
  }
  return hurt.all;
};

/** Who was hurt in any minute since an instant of the past, by the ratio over that minute. Tiers are those of today's catalogue. */
export const createAffectedSince =
  (
    segments: Pick<SegmentRepository, 'read'>,
    catalogue: Pick<CatalogueFollower, 'current'>,
    clock: Pick<Clock, 'nowMs'>,
    readSettings: () => Promise<ImpactSettings>,
  ): ((query: SinceQuery) => Promise<AffectedSince | Refusal>) =>
  async ({ since: from, until, customerId, limit }) => {
    const nowMs = (lastCompleteSlot(clock.nowMs()) + 1) * SLOT_MS;
    const to = Math.min(until ?? from + STRETCH_MS_MAX, nowMs);
    if (from >= to) return refuse('QUERY_INVALID', 'expected an instant of the past that lies before until', 'since');
    if (to - from > STRETCH_MS_MAX)
      return refuse('QUERY_INVALID', `at most ${STRETCH_MS_MAX / 3_600_000} hours at once`, 'until');
    const { customers: known } = catalogue.current();
    const customers = customerId === undefined ? known : known.filter((each) => each.customerId === customerId);
    const settings = await readSettings();
    const slots = { fromSlot: from / SLOT_MS, toSlot: to / SLOT_MS - 1, key: customerId };
    const affected = await readHurt(segments, slots, customers, settings);
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
        minutes: each.minutes,
        firstAt: each.firstAt,
        lastAt: each.lastAt,
      })),
    };
  };

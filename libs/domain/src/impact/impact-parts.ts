import { type Covered, type Impact, IMPACT_PARTS_MAX, type ImpactPart, type ImpactSettings, TIERS } from '#contracts';
import type { AffectedCustomer, AffectedReader } from './affected.js';
import { type ByTier, dollarsPerMinuteOf } from './impact.js';

/** Where and in which business an impact is. */
export type ImpactParts = Pick<Impact, 'byRegion' | 'bySector'>;

const byMoney = (a: ImpactPart, b: ImpactPart): number =>
  b.dollarsPerMinute - a.dollarsPerMinute ||
  b.affectedCustomers - a.affectedCustomers ||
  (a.key < b.key ? -1 : Number(a.key > b.key));

const partOf = (key: string, byTier: ByTier, settings: ImpactSettings): ImpactPart => ({
  key,
  affectedCustomers: TIERS.reduce((sum, tier) => sum + byTier[tier], 0),
  dollarsPerMinute: dollarsPerMinuteOf(byTier, settings),
});

const costliest = (parts: readonly ImpactPart[]): ImpactPart[] =>
  parts
    .filter(({ affectedCustomers }) => affectedCustomers > 0)
    .toSorted(byMoney)
    .slice(0, IMPACT_PARTS_MAX);

/** Customers by what is asked of them: each counts once for each key it has. The costliest first. */
export const partsOf = (
  affected: readonly AffectedCustomer[],
  keysOf: (customer: AffectedCustomer['customer']) => readonly string[],
  settings: ImpactSettings,
): ImpactPart[] => {
  const byKey = new Map<string, { tier1: number; tier2: number; tier3: number }>();
  for (const { customer } of affected)
    for (const key of keysOf(customer)) {
      const count = byKey.get(key) ?? { tier1: 0, tier2: 0, tier3: 0 };
      count[customer.tier] += 1;
      byKey.set(key, count);
    }
  return costliest([...byKey].map(([key, byTier]) => partOf(key, byTier, settings)));
};

/** The business of a customer, as a list. */
export const sectorOf = ({ sector }: AffectedCustomer['customer']): readonly string[] =>
  sector === undefined ? [] : [sector];

/** The parts of an impact; asked for when an impact is told, every five seconds at most, not each tick. */
export const impactParts = (
  reader: AffectedReader,
  covers: readonly Covered[],
  regions: Iterable<string>,
  windowMs: number,
  endSlot: number,
): ImpactParts => ({
  byRegion: costliest(
    [...regions].map((region) =>
      partOf(region, reader.coveredByTier(covers, region, windowMs, endSlot), reader.settings),
    ),
  ),
  bySector: partsOf(reader.covered(covers, windowMs, endSlot), sectorOf, reader.settings),
});

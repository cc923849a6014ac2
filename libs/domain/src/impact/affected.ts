import { type Covered, DEFAULT_IMPACT, type Family, type ImpactSettings, KEY_SEPARATOR, type Tier } from '#contracts';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import type { WindowReader } from '../signal/window-reader.js';
import type { FailingPlace } from '../window/window-sum.js';
import { customerKeys } from './customer-keys.js';
import { wilsonLowerBound } from './wilson.js';

/** A customer that is hurt. */
export interface AffectedCustomer {
  readonly customer: CatalogueCustomer;
  /** Its own failure ratio, 0..1. */
  readonly failing: number;
}

const failuresMins = new WeakMap<ImpactSettings, number>();

/**
 * Fewer failures than this are not enough for the bound at any count from the minimum on, so the arithmetic can be spared: 3 with the
 * study's figures. The bound of all failing comes as near to 1 as one likes, so there is such a number.
 */
export const failuresMinOf = (settings: ImpactSettings): number => {
  const { affectedRatio: threshold, affectedOutcomesMin } = settings;
  let failures = failuresMins.get(settings) ?? 1;
  while (wilsonLowerBound(failures, Math.max(failures, affectedOutcomesMin)) <= threshold) failures += 1;
  failuresMins.set(settings, failures);
  return failures;
};

/** The failure ratio of a cell if it is above the threshold with confidence over enough outcomes (C3), else undefined. */
export const affectedRatio = (good: number, bad: number, settings = DEFAULT_IMPACT): number | undefined => {
  const count = good + bad;
  if (count < settings.affectedOutcomesMin) return undefined;
  // The bound lies below the ratio, so most customers of a healthy fleet are spared the root.
  if (bad <= settings.affectedRatio * count) return undefined;
  return wilsonLowerBound(bad, count) > settings.affectedRatio ? bad / count : undefined;
};

/** Customers that are above, by their index in the catalogue, ascending, and their ratios. */
interface Above {
  readonly indexes: readonly number[];
  readonly ratios: readonly number[];
}

/** Those that are in both, each with the lower of its ratios. */
const both = (one: Above, other: Above): Above => {
  const found = { indexes: [] as number[], ratios: [] as number[] };
  for (let i = 0, j = 0; i < one.indexes.length && j < other.indexes.length;) {
    const [a, b] = [one.indexes[i]!, other.indexes[j]!];
    if (a === b) {
      found.indexes.push(a);
      found.ratios.push(Math.min(one.ratios[i]!, other.ratios[j]!));
    }
    if (a <= b) i += 1;
    if (b <= a) j += 1;
  }
  return found;
};

const NOBODY: Above = { indexes: [], ratios: [] };

/** Those that are in any, each with the highest of its ratios. */
const any = (all: readonly Above[]): Above => {
  const [one = NOBODY] = all;
  if (all.length <= 1) return one;
  const highest = new Map<number, number>();
  for (const { indexes, ratios } of all)
    indexes.forEach((index, at) => highest.set(index, Math.max(highest.get(index) ?? 0, ratios[at]!)));
  const indexes = [...highest.keys()].sort((a, b) => a - b);
  return { indexes, ratios: indexes.map((index) => highest.get(index)!) };
};

/**
 * Who is hurt, read from the windows of one tick; answers are kept for the tick, since rules and incidents ask for the same.
 *
 * For a cohort (release × region) a customer counts when both its release cell and its region cell are above: there is no
 * customer × release × region family (10,000 customers would make it the largest of all). The pair overstates only for a customer
 * that is hurt by this release in another region and, at the same time, by something else in this one.
 */
export class AffectedReader {
  private readonly known = new Map<string, Above>();

  constructor(
    private readonly windows: WindowReader,
    private readonly customers: readonly CatalogueCustomer[],
    /** Of the rules in force. */
    readonly settings: ImpactSettings = DEFAULT_IMPACT,
  ) {}

  fleet(windowMs: number, endSlot: number): readonly AffectedCustomer[] {
    return this.list(this.above('customer', '', windowMs, endSlot));
  }

  /** Everybody who is hurt in any of these. */
  covered(covers: readonly Covered[], windowMs: number, endSlot: number): readonly AffectedCustomer[] {
    return this.list(any(covers.map((each) => this.aboveIn(each, windowMs, endSlot))));
  }

  /** How many are hurt in that part of any of these that lies in a region, by tier. */
  coveredByTier(
    covers: readonly Covered[],
    region: string,
    windowMs: number,
    endSlot: number,
  ): Readonly<Record<Tier, number>> {
    return this.byTier(any(covers.map((each) => this.aboveInRegion(each, region, windowMs, endSlot))));
  }

  /** How many of the fleet's customers are hurt, by tier. */
  fleetByTier(windowMs: number, endSlot: number): Readonly<Record<Tier, number>> {
    return this.byTier(this.above('customer', '', windowMs, endSlot));
  }

  /** How many customers are hurt in a region of the fleet, by tier. */
  regionByTier(region: string, windowMs: number, endSlot: number): Readonly<Record<Tier, number>> {
    return this.byTier(this.above('customer_region', region, windowMs, endSlot));
  }

  /** How many customers of a cohort are hurt, by tier. */
  cohortByTier(release: string, region: string, windowMs: number, endSlot: number): Readonly<Record<Tier, number>> {
    return this.byTier(this.aboveInCohort(release, region, windowMs, endSlot));
  }

  private list({ indexes, ratios }: Above): readonly AffectedCustomer[] {
    return indexes.map((index, at) => ({ customer: this.customers[index]!, failing: ratios[at]! }));
  }

  private byTier({ indexes }: Above): Readonly<Record<Tier, number>> {
    const count = { tier1: 0, tier2: 0, tier3: 0 };
    for (const index of indexes) count[this.customers[index]!.tier] += 1;
    return count;
  }

  private aboveIn({ scope, key }: Covered, windowMs: number, endSlot: number): Above {
    switch (scope) {
      case 'fleet':
        return this.above('customer', '', windowMs, endSlot);
      case 'region':
        return this.above('customer_region', key, windowMs, endSlot);
      case 'release':
        return this.above('customer_release', key, windowMs, endSlot);
      case 'release_region': {
        const [release = '', region = ''] = key.split(KEY_SEPARATOR);
        return this.aboveInCohort(release, region, windowMs, endSlot);
      }
      case 'customer':
        return this.only(key, this.above('customer', '', windowMs, endSlot));
    }
  }

  private aboveInRegion({ scope, key }: Covered, region: string, windowMs: number, endSlot: number): Above {
    switch (scope) {
      case 'fleet':
        return this.above('customer_region', region, windowMs, endSlot);
      case 'region':
        return key === region ? this.above('customer_region', region, windowMs, endSlot) : NOBODY;
      case 'release': {
        // Where it answers nothing it hurts nobody, whatever else does.
        const { good, bad } = this.windows.sum('release_region', `${key}${KEY_SEPARATOR}${region}`, windowMs, endSlot);
        return good + bad === 0 ? NOBODY : this.aboveInCohort(key, region, windowMs, endSlot);
      }
      case 'release_region': {
        const [release = '', own] = key.split(KEY_SEPARATOR);
        return own === region ? this.aboveInCohort(release, region, windowMs, endSlot) : NOBODY;
      }
      case 'customer':
        return this.only(key, this.above('customer_region', region, windowMs, endSlot));
    }
  }

  private only(customerId: string, { indexes, ratios }: Above): Above {
    const at = indexes.findIndex((index) => this.customers[index]!.customerId === customerId);
    return at < 0 ? NOBODY : { indexes: [indexes[at]!], ratios: [ratios[at]!] };
  }

  private aboveInCohort(release: string, region: string, windowMs: number, endSlot: number): Above {
    return this.once(`${windowMs}/${endSlot}/${release}${KEY_SEPARATOR}${region}`, () => {
      const ofRelease = this.above('customer_release', release, windowMs, endSlot);
      const { indexes } = ofRelease;
      if (indexes.length === 0) return ofRelease;
      // Who is well with the release need not be looked for in each of its regions.
      return both(ofRelease, this.read('customer_region', region, { windowMs, endSlot, among: indexes }));
    });
  }

  private above(family: Family, part: string, windowMs: number, endSlot: number): Above {
    return this.once(`${family}/${windowMs}/${endSlot}/${part}`, () => this.read(family, part, { windowMs, endSlot }));
  }

  private read(family: Family, part: string, window: Pick<FailingPlace, 'windowMs' | 'endSlot' | 'among'>): Above {
    const { settings } = this;
    const above = { indexes: [] as number[], ratios: [] as number[] };
    const place = { ...window, badMin: failuresMinOf(settings), ratioAbove: settings.affectedRatio };
    this.windows.eachFailing(family, customerKeys(this.customers, part), place, (index, good, bad) => {
      const ratio = affectedRatio(good, bad, settings);
      if (ratio === undefined) return;
      above.indexes.push(index);
      above.ratios.push(ratio);
    });
    return above;
  }

  private once(key: string, read: () => Above): Above {
    const known = this.known.get(key) ?? read();
    this.known.set(key, known);
    return known;
  }
}

import { type Family, KEY_SEPARATOR } from '#contracts';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import type { WindowReader } from '../signal/window-reader.js';
import { wilsonLowerBound } from './wilson.js';

/** A customer is hurt when its own failure ratio is above 1 % (C3) ... */
const AFFECTED_RATIO = 0.01;
/** ... with at least 50 outcomes, below which three unlucky queries would do (C3). */
export const AFFECTED_OUTCOMES_MIN = 50;
/** Fewer failures than this are not enough for the bound at any count from the minimum on, so the arithmetic can be spared. */
const AFFECTED_FAILURES_MIN = 3;

/** A customer that is hurt. */
export interface AffectedCustomer {
  readonly customer: CatalogueCustomer;
  /** Its own failure ratio, 0..1. */
  readonly failing: number;
}

/** The failure ratio of a cell if it is above the threshold with confidence, else undefined. */
export const affectedRatio = (good: number, bad: number): number | undefined => {
  const count = good + bad;
  if (count < AFFECTED_OUTCOMES_MIN || bad < AFFECTED_FAILURES_MIN) return undefined;
  return wilsonLowerBound(bad, count) > AFFECTED_RATIO ? bad / count : undefined;
};

/**
 * Who is hurt, read from the windows of one tick; answers are kept for the tick, since rules and incidents ask for the same.
 *
 * For a cohort (release × region) a customer counts when both its release cell and its region cell are above: there is no
 * customer × release × region family (10,000 customers would make it the largest of all). The pair overstates only for a customer
 * that is hurt by this release in another region and, at the same time, by something else in this one.
 */
export class AffectedReader {
  private readonly known = new Map<string, readonly AffectedCustomer[]>();

  constructor(
    private readonly windows: WindowReader,
    private readonly customers: readonly CatalogueCustomer[],
  ) {}

  fleet(windowMs: number, endSlot: number): readonly AffectedCustomer[] {
    return this.once(`${windowMs}/${endSlot}`, () => this.above('customer', '', windowMs, endSlot, this.customers));
  }

  cohort(release: string, region: string, windowMs: number, endSlot: number): readonly AffectedCustomer[] {
    const place = `${windowMs}/${endSlot}`;
    const byRelease = this.once(`${place}/${release}`, () =>
      this.above('customer_release', release, windowMs, endSlot, this.customers),
    );
    return this.once(`${place}/${release}/${region}`, () => {
      const ratios = new Map(byRelease.map((each) => [each.customer.customerId, each.failing]));
      const customers = byRelease.map((each) => each.customer);
      return this.above('customer_region', region, windowMs, endSlot, customers).map(({ customer, failing }) => ({
        customer,
        failing: Math.min(failing, ratios.get(customer.customerId) ?? failing),
      }));
    });
  }

  private above(
    family: Family,
    part: string,
    windowMs: number,
    endSlot: number,
    customers: readonly CatalogueCustomer[],
  ): readonly AffectedCustomer[] {
    return customers.flatMap((customer) => {
      const key = part === '' ? customer.customerId : `${customer.customerId}${KEY_SEPARATOR}${part}`;
      const { good, bad } = this.windows.sum(family, key, windowMs, endSlot);
      const failing = affectedRatio(good, bad);
      return failing === undefined ? [] : [{ customer, failing }];
    });
  }

  private once(key: string, read: () => readonly AffectedCustomer[]): readonly AffectedCustomer[] {
    const known = this.known.get(key) ?? read();
    this.known.set(key, known);
    return known;
  }
}

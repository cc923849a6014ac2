import type { GateSettings } from '#contracts';
import { addToSecond, dispersionAt, DISPERSION_COLUMNS, resetDispersion } from '../sequential/dispersion.js';
import { PROMOTE_NATS, stepped } from './boundaries.js';

/** Outcomes of one place in one slot: of the nodes with the release, and of those beside them without it. */
export interface Stratum {
  readonly cohort: { readonly good: number; readonly bad: number };
  readonly control: { readonly good: number; readonly bad: number };
}

/** The figures of a test, in nats per outcome. */
interface Ratio {
  readonly healthy: number;
  readonly faulty: number;
  /** How many times as much fails under a fault. */
  readonly times: number;
  readonly failureNats: number;
  readonly successNats: number;
}

const ratioOf = ({ healthy, faulty }: GateSettings['failing']): Ratio => ({
  healthy,
  faulty,
  times: faulty / healthy,
  failureNats: Math.log(faulty / healthy),
  successNats: Math.log((1 - faulty) / (1 - healthy)),
});

/**
 * What a customer that fails more with the release than without it brings: ln(1 + λ (x − y − p0)). Any λ below 1 / (1 + p0) keeps the
 * expectation at 1 or less; a half doubts neither a customer that fails whole nor one that fails in part.
 */
const STAKE = 0.5;

/** Whether a test lets the stage pass: from the lower boundary on, until its evidence has come back to even. */
const isCleared = (nats: number, was: boolean): boolean => nats <= PROMOTE_NATS || (was && nats < 0);

/** What is counted of a stage. */
export interface SumsCarried {
  readonly cohortGood: number;
  readonly cohortBad: number;
  readonly controlGood: number;
  readonly controlBad: number;
  readonly failing: number;
  readonly isFailingCleared: boolean;
  readonly against: number;
  readonly customers: number;
  readonly customersWell: number;
  readonly isCustomersCleared: boolean;
  readonly customersAgainst: number;
  readonly customersSeen: number;
  readonly throughSlot: number;
  readonly controlSlot: number;
  readonly dispersion: readonly number[];
}

/** A stage of which nothing is counted yet; its first slot is the one after `throughSlot`. */
export const nothingCounted = (throughSlot: number): SumsCarried => {
  const dispersion = new Float64Array(DISPERSION_COLUMNS);
  resetDispersion(dispersion, 0);
  return {
    cohortGood: 0,
    cohortBad: 0,
    controlGood: 0,
    controlBad: 0,
    failing: 0,
    isFailingCleared: false,
    against: 0,
    customers: 0,
    customersWell: 0,
    isCustomersCleared: false,
    customersAgainst: 0,
    customersSeen: 0,
    throughSlot,
    controlSlot: -1,
    dispersion: [...dispersion],
  };
};

/**
 * The tests of one stage, slot by slot.
 *
 * - `failing`: the sequential probability ratio test of the cohort's outcomes (Wald 1945), each failure ln(p1 / p0), each success
 *   ln((1 − p1) / (1 − p0)).
 * - `against`: the same against the control of the same place and second. Of k failures, each is the cohort's with probability
 *   w = n1 / (n1 + n2) where both fail alike, and ρw / (ρw + 1 − w) where the cohort fails ρ times as much; so the control's rate need not
 *   be known (a conditional binomial test, Przyborowski and Wilenski 1940), and a fault that both share says nothing.
 * - `customers`: one test over all of them. Each brings its failing share x of a span, ln(x p1/p0 + (1 − x)(1 − p1)/(1 − p0)), which is a
 *   bet on the mean of x: whatever the shares are distributed like, it reaches e^h under health with probability e^−h at most (Ville 1939;
 *   Waudby-Smith and Ramdas 2024). `customersWell` is its mirror, `customersAgainst` bets on x against the same customer's share y elsewhere.
 *
 * Evidence of outcomes is divided by the dispersion of the cohort: failures that come in flocks say less each.
 */
export class GateSums {
  cohortGood: number;
  cohortBad: number;
  controlGood: number;
  controlBad: number;
  failing: number;
  isFailingCleared: boolean;
  against: number;
  customers: number;
  customersWell: number;
  isCustomersCleared: boolean;
  customersAgainst: number;
  /** Customers with outcomes in the last span. */
  customersSeen: number;
  throughSlot: number;
  /** The last slot in which there was a control; -1 before the first. */
  controlSlot: number;
  private readonly dispersion: Float64Array;
  private readonly ratio: Ratio;
  private readonly ofCustomers: Ratio | undefined;
  private stake = { customers: 0, well: 0, against: 0, seen: 0 };

  constructor({ failing, customerFailing }: GateSettings, carried: SumsCarried) {
    this.ratio = ratioOf(failing);
    this.ofCustomers = customerFailing && ratioOf(customerFailing);
    this.cohortGood = carried.cohortGood;
    this.cohortBad = carried.cohortBad;
    this.controlGood = carried.controlGood;
    this.controlBad = carried.controlBad;
    this.failing = carried.failing;
    this.isFailingCleared = carried.isFailingCleared;
    this.against = carried.against;
    this.customers = carried.customers;
    this.customersWell = carried.customersWell;
    this.isCustomersCleared = carried.isCustomersCleared;
    this.customersAgainst = carried.customersAgainst;
    this.customersSeen = carried.customersSeen;
    this.throughSlot = carried.throughSlot;
    this.controlSlot = carried.controlSlot;
    this.dispersion = Float64Array.from(carried.dispersion);
  }

  /** Takes the outcomes of a slot, later than all before; each place once. */
  addSlot(slot: number, strata: readonly Stratum[]): void {
    let [good, bad, against] = [0, 0, 0];
    for (const { cohort, control } of strata) {
      good += cohort.good;
      bad += cohort.bad;
      this.controlGood += control.good;
      this.controlBad += control.bad;
      const [own, others] = [cohort.good + cohort.bad, control.good + control.bad];
      if (own === 0 || others === 0) continue;
      this.controlSlot = slot;
      const failures = cohort.bad + control.bad;
      if (failures === 0) continue;
      const { times, failureNats } = this.ratio;
      const weight = own / (own + others);
      against += cohort.bad * failureNats - failures * Math.log(times * weight + 1 - weight);
    }
    this.throughSlot = slot;
    if (good + bad > 0) this.take(slot, good, bad, against);
  }

  /** Takes the failing shares, 0..1, of so many customers alike in the span that is being counted; `other` is theirs without the release. */
  addCustomers(share: number, other: number | undefined, times = 1): void {
    const ratio = this.ofCustomers;
    if (ratio === undefined) return;
    const { healthy: p0, faulty: p1 } = ratio;
    const { stake } = this;
    stake.seen += times;
    stake.customers += times * Math.log((share * p1) / p0 + ((1 - share) * (1 - p1)) / (1 - p0));
    stake.well -= times * Math.log((share * p0) / p1 + ((1 - share) * (1 - p0)) / (1 - p1));
    if (other !== undefined) stake.against += times * Math.log(1 + STAKE * (share - other - p0));
  }

  /** Ends a span of customers. */
  endSpan(): void {
    const { customers, well, against, seen } = this.stake;
    this.customers = stepped(this.customers, customers);
    this.customersWell = stepped(this.customersWell, well);
    this.customersAgainst = stepped(this.customersAgainst, against);
    this.isCustomersCleared = isCleared(this.customersWell, this.isCustomersCleared);
    this.customersSeen = seen;
    this.stake = { customers: 0, well: 0, against: 0, seen: 0 };
  }

  /** All of it, as it is recorded between two slots. */
  carried(): SumsCarried {
    const { cohortGood, cohortBad, controlGood, controlBad, failing, isFailingCleared, against } = this;
    const { customers, customersWell, isCustomersCleared, customersAgainst, customersSeen } = this;
    const { throughSlot, controlSlot } = this;
    return {
      cohortGood,
      cohortBad,
      controlGood,
      controlBad,
      failing,
      isFailingCleared,
      against,
      customers,
      customersWell,
      isCustomersCleared,
      customersAgainst,
      customersSeen,
      throughSlot,
      controlSlot,
      dispersion: [...this.dispersion],
    };
  }

  private take(slot: number, good: number, bad: number, against: number): void {
    const { failureNats, successNats } = this.ratio;
    const dispersion = dispersionAt(this.dispersion, 0, slot);
    addToSecond(this.dispersion, 0, good, bad);
    this.cohortGood += good;
    this.cohortBad += bad;
    this.failing = stepped(this.failing, (bad * failureNats + good * successNats) / dispersion);
    this.against = stepped(this.against, against / dispersion);
    this.isFailingCleared = isCleared(this.failing, this.isFailingCleared);
  }
}

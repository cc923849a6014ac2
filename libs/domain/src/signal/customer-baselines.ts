import type { CatalogueCustomer } from '../rule/catalogue.js';
import { BASELINE_FLOOR } from './baseline.js';
import { middleOf, POOL_MINUTES, POOLS_KEPT } from './robust-ratio.js';

/** Customers whose baseline is learnt, 160 bytes each: those of the largest fleet that was measured. Further ones have none. */
export const BASELINE_CUSTOMERS_MAX = 10_000;
/** Pools of ten minutes that are kept: three hours, as the fleet's baseline has. */
const GROUPS = POOLS_KEPT;
/** Less than an hour is no history (C7). */
const GROUPS_MIN = 6;
/** Pools are put together until they hold so many outcomes: with fewer, most hold no failure and the middle would be none. */
const POOLED_OUTCOMES_MIN = 500;
/** Fewer than three such are no history: of two, one that is an outage would count half. */
const POOLED_MIN = 3;

/**
 * Every customer's own failure ratio, as usual: pools of ten minutes in a ring, and the middle of them, as of the fleet (`robustRatio`).
 * One array of numbers per class, and nothing per customer and minute.
 */
export class CustomerBaselines {
  private readonly rows = new Map<string, number>();
  private readonly free: number[] = [];
  private customers: readonly CatalogueCustomer[] | undefined;
  private readonly good = new Uint32Array(BASELINE_CUSTOMERS_MAX * GROUPS);
  private readonly bad = new Uint32Array(BASELINE_CUSTOMERS_MAX * GROUPS);
  /** Place in the rings → the pool that is there. */
  private readonly groups = new Int32Array(GROUPS).fill(-1);
  /** What was answered since the last minute came. */
  private readonly known = new Map<number, number | 'unknown'>();

  /** Customers that are gone are forgotten, their rows are given to new ones. */
  setCustomers(customers: readonly CatalogueCustomer[]): void {
    if (customers === this.customers) return;
    this.customers = customers;
    this.known.clear();
    const listed = new Set(customers.map(({ customerId }) => customerId));
    for (const [customerId, row] of this.rows) {
      if (listed.has(customerId)) continue;
      this.rows.delete(customerId);
      this.free.push(row);
      this.good.fill(0, row * GROUPS, (row + 1) * GROUPS);
      this.bad.fill(0, row * GROUPS, (row + 1) * GROUPS);
    }
    for (const customerId of listed) {
      if (this.rows.has(customerId)) continue;
      const row = this.free.pop() ?? this.rows.size;
      if (row >= BASELINE_CUSTOMERS_MAX) return;
      this.rows.set(customerId, row);
    }
  }

  /** Begins the pool of a minute; false when the minute is older than what is kept. */
  begin(minute: number): boolean {
    this.known.clear();
    const group = Math.floor(minute / POOL_MINUTES);
    const at = group % GROUPS;
    if (this.groups[at] === group) return true;
    if (this.groups[at]! > group) return false;
    this.groups[at] = group;
    for (let row = 0; row < BASELINE_CUSTOMERS_MAX; row += 1)
      this.good[row * GROUPS + at] = this.bad[row * GROUPS + at] = 0;
    return true;
  }

  /** Adds what a customer was answered in a minute whose pool was begun. */
  add(customerId: string, minute: number, good: number, bad: number): void {
    const row = this.rows.get(customerId);
    if (row === undefined) return;
    const at = row * GROUPS + (Math.floor(minute / POOL_MINUTES) % GROUPS);
    this.good[at]! += good;
    this.bad[at]! += bad;
  }

  /** The failure ratio that is normal for a customer, not below the floor; unknown without an hour of it. */
  ratioOf(customerId: string): number | 'unknown' {
    const row = this.rows.get(customerId);
    if (row === undefined) return 'unknown';
    const ratio = this.known.get(row) ?? this.ratioAnew(row);
    this.known.set(row, ratio);
    return ratio;
  }

  private ratioAnew(row: number): number | 'unknown' {
    const newest = this.groups.reduce((max, group) => Math.max(max, group), -1);
    const ratios: number[] = [];
    let [pools, good, bad] = [0, 0, 0];
    for (let group = newest - GROUPS + 1; group <= newest; group += 1) {
      const at = group % GROUPS;
      if (this.groups[at] !== group) continue;
      const [goods, bads] = [this.good[row * GROUPS + at]!, this.bad[row * GROUPS + at]!];
      if (goods + bads > 0) pools += 1;
      good += goods;
      bad += bads;
      if (good + bad < POOLED_OUTCOMES_MIN) continue;
      ratios.push(bad / (good + bad));
      [good, bad] = [0, 0];
    }
    if (pools < GROUPS_MIN || ratios.length < POOLED_MIN) return 'unknown';
    return Math.max(BASELINE_FLOOR, middleOf(ratios));
  }
}

import type { CatalogueCustomer } from '../rule/catalogue.js';
import { BASELINE_FLOOR } from './baseline.js';
import type { CustomerCounts } from './baseline-pool.js';
import { middleOf, poolOf, POOLS_KEPT } from './robust-ratio.js';

/**
 * Customers whose baseline is learnt: those of the largest fleet that was measured. Of a catalogue with more the first by id, whoever
 * came first; further ones have none.
 */
export const BASELINE_CUSTOMERS_MAX = 10_000;
/**
 * Rows, 160 bytes each: who left the catalogue has one until the three hours hold nothing of it. When all are taken, as many left as
 * there are customers, and who came instead is learnt once they are free.
 */
const ROWS_MAX = 2 * BASELINE_CUSTOMERS_MAX;
/** Pools of ten minutes that are kept: three hours, as the fleet's baseline has. */
const GROUPS = POOLS_KEPT;
/** Less than an hour is no history (C7). */
const GROUPS_MIN = 6;
/** Pools are put together until they hold so many outcomes: with fewer, most hold no failure and the middle would be none. */
const POOLED_OUTCOMES_MIN = 500;
/** Fewer than three such are no history: of two, one that is an outage would count half. */
const POOLED_MIN = 3;

const learntOf = (customers: readonly CatalogueCustomer[]): ReadonlySet<string> => {
  const ids = customers.map(({ customerId }) => customerId);
  return new Set(ids.length <= BASELINE_CUSTOMERS_MAX ? ids : ids.toSorted().slice(0, BASELINE_CUSTOMERS_MAX));
};

/**
 * Every customer's own failure ratio, as usual: pools of ten minutes in a ring, and the middle of them, as of the fleet (`robustRatio`).
 * One array of numbers per class, and nothing per customer and minute. What it says follows from the pools alone, so that whoever
 * restores them goes on as if nothing had been.
 */
export class CustomerBaselines {
  /** Those of whom a pool holds something. */
  private readonly rows = new Map<string, number>();
  private readonly free: number[] = [];
  private customers: readonly CatalogueCustomer[] | undefined;
  private learnt: ReadonlySet<string> = new Set();
  private readonly good = new Uint32Array(ROWS_MAX * GROUPS);
  private readonly bad = new Uint32Array(ROWS_MAX * GROUPS);
  /** Place in the rings → the pool that is there. */
  private readonly groups = new Int32Array(GROUPS).fill(-1);
  /** What was answered since the last minute came. */
  private readonly known = new Map<number, number | 'unknown'>();

  /** Who is learnt from now on. */
  setCustomers(customers: readonly CatalogueCustomer[]): void {
    if (customers === this.customers) return;
    this.customers = customers;
    this.learnt = learntOf(customers);
  }

  /** Begins the pool of a minute; false when the minute is older than what is kept. */
  begin(minute: number): boolean {
    return this.beginPool(poolOf(minute));
  }

  /** Adds what a customer was answered in a minute whose pool was begun. */
  add(customerId: string, minute: number, good: number, bad: number): void {
    if (this.learnt.has(customerId)) this.count(poolOf(minute), { customerId, good, bad });
  }

  /** The pools that were begun and count, ascending. */
  pools(): readonly number[] {
    return [...this.groups].filter((group) => group >= 0).toSorted((a, b) => a - b);
  }

  /** What a pool holds; undefined when it was not begun. */
  countsOf(pool: number): readonly CustomerCounts[] | undefined {
    const at = pool % GROUPS;
    if (this.groups[at] !== pool) return undefined;
    return Array.from(this.rows, ([customerId, row]) => {
      const place = row * GROUPS + at;
      return { customerId, good: this.good[place]!, bad: this.bad[place]! };
    }).filter(({ good, bad }) => good + bad > 0);
  }

  /** Takes a pool that was kept, whoever is a customer now. */
  restore(pool: number, counts: readonly CustomerCounts[]): void {
    if (!this.beginPool(pool)) return;
    for (const each of counts) this.count(pool, each);
  }

  /** The failure ratio that is normal for a customer, not below the floor; unknown without an hour of it. */
  ratioOf(customerId: string): number | 'unknown' {
    const row = this.rows.get(customerId);
    if (row === undefined) return 'unknown';
    const ratio = this.known.get(row) ?? this.ratioAnew(row);
    this.known.set(row, ratio);
    return ratio;
  }

  private newest(): number {
    return this.groups.reduce((max, group) => Math.max(max, group), -1);
  }

  private beginPool(group: number): boolean {
    this.known.clear();
    const at = group % GROUPS;
    if (this.groups[at] === group) return true;
    if (this.groups[at]! > group || group <= this.newest() - GROUPS) return false;
    this.groups[at] = group;
    this.clear(at);
    this.forgetOlder();
    return true;
  }

  /** What no question reaches any more is not held either: after a gap that is more than the one place. */
  private forgetOlder(): void {
    const newest = this.newest();
    this.groups.forEach((group, at) => {
      if (group < 0 || group > newest - GROUPS) return;
      this.groups[at] = -1;
      this.clear(at);
    });
    this.forgetEmpty();
  }

  private clear(at: number): void {
    for (const row of this.rows.values()) this.good[row * GROUPS + at] = this.bad[row * GROUPS + at] = 0;
  }

  private forgetEmpty(): void {
    for (const [customerId, row] of this.rows) {
      const [from, to] = [row * GROUPS, (row + 1) * GROUPS];
      if (this.good.subarray(from, to).some(Boolean) || this.bad.subarray(from, to).some(Boolean)) continue;
      this.rows.delete(customerId);
      this.free.push(row);
    }
  }

  private count(group: number, { customerId, good, bad }: CustomerCounts): void {
    if (good + bad === 0) return;
    const row = this.rows.get(customerId) ?? this.newRow(customerId);
    if (row === undefined) return;
    const at = row * GROUPS + (group % GROUPS);
    this.good[at]! += good;
    this.bad[at]! += bad;
  }

  private newRow(customerId: string): number | undefined {
    if (this.rows.size === ROWS_MAX) return undefined;
    const row = this.free.pop() ?? this.rows.size;
    this.rows.set(customerId, row);
    return row;
  }

  private ratioAnew(row: number): number | 'unknown' {
    const newest = this.newest();
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

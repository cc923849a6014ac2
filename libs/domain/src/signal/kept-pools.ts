import type { Baseline } from './baseline.js';
import type { BaselinePool } from './baseline-pool.js';
import type { CustomerBaselines } from './customer-baselines.js';
import { poolOf } from './robust-ratio.js';

/** What is to be kept of the baselines for the next start. */
export interface ChangedPools {
  readonly pools: readonly BaselinePool[];
  /** All that baselines look at, ascending, changed or not; at most 20 of the fleet and 18 of customers. Others may go. */
  readonly held: readonly number[];
}

/**
 * The state of the baselines as pools: what they answer follows from these alone. Customers' pools may be older than the fleet's, as
 * none is begun while an incident is open.
 */
export class KeptPools {
  constructor(
    private readonly fleet: Baseline,
    private readonly customers: CustomerBaselines,
  ) {}

  /** The pools that changed since a minute was taken; none when it is the newest. */
  after(minute: number): ChangedPools {
    if (minute >= this.fleet.newest) return { pools: [], held: [] };
    const held = [...new Set([...this.fleet.pools(), ...this.customers.pools()])].toSorted((a, b) => a - b);
    const changed = held.filter((pool) => pool >= poolOf(minute + 1));
    return { pools: changed.map((pool) => this.at(pool)), held };
  }

  /** Takes pools that were kept, oldest first. */
  restore(pools: readonly BaselinePool[]): void {
    for (const { pool, fleet, customers } of pools) {
      for (const minute of fleet) this.fleet.record(minute);
      if (customers !== undefined) this.customers.restore(pool, customers);
    }
  }

  private at(pool: number): BaselinePool {
    return { pool, fleet: this.fleet.minutesOf(pool), customers: this.customers.countsOf(pool) };
  }
}

import { FLEET_KEY } from '#contracts';
import { customerKeys } from '../impact/customer-keys.js';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import type { PartitionTick } from '../window/partition-tick.js';
import { CustomerBaselines } from './customer-baselines.js';
import { type CohortMinute, FLEET_MINUTES, MinuteCounts } from './minute-counts.js';
import { BASELINE_MINUTES, BASELINE_NEWEST_EXCLUDED, poolOf, robustRatio } from './robust-ratio.js';
import { cohortsOf, type SignalSubject } from './signal-subject.js';
import { TicketCounts } from './ticket-counts.js';
import type { WindowReader } from './window-reader.js';

const MINUTE_SLOTS = 60;
const MINUTE_MS = 60_000;

/** What a customer was answered in one minute. */
export interface CustomerMinute {
  readonly customerId: string;
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly good: number;
  readonly bad: number;
}

/** Says whether a minute is no model, because an incident was open in it. */
type IsExcludedMinute = (minute: number) => boolean;

/**
 * What signals remember beyond the windows: minutes of cohorts, baselines of customers, and tickets. Minutes are taken from the windows
 * when they are two minutes old, and are kept for a restart; tickets are of the last six minutes, which it reads again.
 */
export class SignalMemory {
  readonly tickets = new TicketCounts();
  readonly minutes = new MinuteCounts();
  readonly baselines = new CustomerBaselines();
  private customers: readonly CatalogueCustomer[] = [];
  private exclusion: unknown;
  private isExcluded: IsExcludedMinute = () => false;
  private readonly excludedRatios = new Map<string, number | 'unknown'>();

  apply({ tick, signals }: PartitionTick): void {
    for (const signal of signals) if (signal.type === 'tickets') this.tickets.add(tick, signal.count);
  }

  /** Who the customers are, and which minutes are no model. */
  begin(customers: readonly CatalogueCustomer[], isExcluded: IsExcludedMinute): void {
    this.customers = customers;
    this.baselines.setCustomers(customers);
    this.isExcluded = isExcluded;
  }

  /** Tells what minutes are excluded by: when it is another thing than before, other minutes may be. */
  exclude(exclusion: unknown): void {
    if (exclusion !== this.exclusion) this.excludedRatios.clear();
    this.exclusion = exclusion;
  }

  /** Takes a minute out of the windows. */
  remember(minute: number, windows: WindowReader): void {
    const { customers } = this;
    const endSlot = (minute + 1) * MINUTE_SLOTS - 1;
    if (this.minutes.has(minute) || !this.minutes.begin(minute)) return;
    this.minutes.record({ key: FLEET_MINUTES, minute, ...windows.sum('fleet', FLEET_KEY, MINUTE_MS, endSlot) });
    for (const key of windows.keys('release_region'))
      this.minutes.record({ key, minute, ...windows.sum('release_region', key, MINUTE_MS, endSlot) });
    this.excludedRatios.clear();
    if (this.isExcluded(minute) || !this.baselines.begin(minute)) return;
    const place = { badMin: 0, windowMs: MINUTE_MS, endSlot };
    windows.eachFailing('customer', customerKeys(customers, ''), place, (index, good, bad) =>
      this.baselines.add(customers[index]!.customerId, minute, good, bad),
    );
  }

  /** Minutes of before the start; one that is known already is left as it is. */
  seedMinutes(minutes: readonly CohortMinute[]): void {
    const begun = new Set<number>();
    for (const each of minutes) {
      if (!begun.has(each.minute)) {
        if (this.minutes.has(each.minute)) continue;
        if (!this.minutes.begin(each.minute)) continue;
        begun.add(each.minute);
      }
      this.minutes.record(each);
    }
  }

  /** Minutes of customers of before the start; pools that are known already are left as they are. */
  seedCustomers(minutes: readonly CustomerMinute[]): void {
    const known = new Set(this.baselines.pools());
    for (const { customerId, minute, good, bad } of minutes)
      if (!known.has(poolOf(minute)) && this.baselines.begin(minute)) this.baselines.add(customerId, minute, good, bad);
  }

  /** The failure ratio that is normal for a customer. */
  customerBaseline(customerId: string): number | 'unknown' {
    return this.baselines.ratioOf(customerId);
  }

  /** The excluded share that is normal for a subject; that of the fleet while it has none of its own. */
  excludedBaseline(subject: SignalSubject, endSlot: number): number | 'unknown' {
    const own = this.excludedRatio(subject, Math.floor(endSlot / MINUTE_SLOTS));
    if (own !== 'unknown' || subject.scope === 'fleet') return own;
    return this.excludedRatio({ scope: 'fleet', key: FLEET_KEY }, Math.floor(endSlot / MINUTE_SLOTS));
  }

  private excludedRatio(subject: SignalSubject, now: number): number | 'unknown' {
    const id = `${subject.scope}/${subject.key}/${now}`;
    const known = this.excludedRatios.get(id) ?? this.excludedAnew(this.keysOf(subject), now);
    this.excludedRatios.set(id, known);
    return known;
  }

  private excludedAnew(keys: readonly string[], now: number): number | 'unknown' {
    const used = [];
    for (let minute = now - BASELINE_MINUTES; minute <= now - BASELINE_NEWEST_EXCLUDED; minute += 1) {
      if (!this.minutes.has(minute) || this.isExcluded(minute)) continue;
      let [part, whole] = [0, 0];
      for (const key of keys) {
        const { good, bad, excluded } = this.minutes.at(key, minute);
        part += excluded;
        whole += good + bad + excluded;
      }
      if (whole > 0) used.push({ minute, part, whole });
    }
    return robustRatio(used);
  }

  private keysOf(subject: SignalSubject): readonly string[] {
    return subject.scope === 'fleet' ? [FLEET_MINUTES] : cohortsOf(this.minutes.keys(), subject);
  }
}

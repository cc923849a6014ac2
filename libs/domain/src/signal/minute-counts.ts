/** Minutes that are kept: three days, the longest burn-rate window. */
export const MINUTES_KEPT = 4_320;
/** The key under which the whole fleet stands. */
export const FLEET_MINUTES = 'fleet';
/**
 * Cohorts (release × region) whose minutes are kept, 52 KB each: ten regions with some releases, and the releases of three days. Beyond
 * it the one that was silent longest is forgotten, and if all are of the same minute the new one is not kept.
 */
export const COHORTS_MAX = 256;

/** Outcomes of a cohort, or of the fleet, in one minute. */
export interface CohortMinute {
  readonly key: string;
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly good: number;
  readonly bad: number;
  readonly excluded: number;
}

/** Sums of minutes. */
export interface MinuteSum {
  readonly good: number;
  readonly bad: number;
  readonly excluded: number;
}

interface Row {
  readonly good: Uint32Array;
  readonly bad: Uint32Array;
  readonly excluded: Uint32Array;
  newest: number;
}

const NOTHING: MinuteSum = { good: 0, bad: 0, excluded: 0 };
const placeOf = (minute: number): number => minute % MINUTES_KEPT;

/** What the fleet and its cohorts answered, minute by minute, for three days: one number per minute and class, in rings. */
export class MinuteCounts {
  /** The newest minute that was begun; -1 before the first. */
  newest = -1;
  private readonly rows = new Map<string, Row>();
  /** Place in the rings → the minute that is there, of which all cohorts are known. */
  private readonly minutes = new Int32Array(MINUTES_KEPT).fill(-1);
  /** Sums that were asked for since the last minute came: rules ask for the same ones each tick. */
  private readonly sums = new Map<string, MinuteSum>();

  has(minute: number): boolean {
    return this.minutes[placeOf(minute)] === minute;
  }

  keys(): IterableIterator<string> {
    return this.rows.keys();
  }

  /** Begins a minute: what was in its place is gone. A minute that is older than what is there is not kept. */
  begin(minute: number): boolean {
    const at = placeOf(minute);
    if (this.minutes[at]! > minute) return false;
    this.sums.clear();
    this.newest = Math.max(this.newest, minute);
    this.minutes[at] = minute;
    for (const { good, bad, excluded } of this.rows.values()) good[at] = bad[at] = excluded[at] = 0;
    return true;
  }

  /** Sets what a cohort answered in a minute that was begun. */
  record({ key, minute, good, bad, excluded }: CohortMinute): void {
    const at = placeOf(minute);
    if (this.minutes[at] !== minute || good + bad + excluded === 0) return;
    const row = this.rows.get(key) ?? this.newRow(key, minute);
    if (row === undefined) return;
    row.good[at] = good;
    row.bad[at] = bad;
    row.excluded[at] = excluded;
    row.newest = Math.max(row.newest, minute);
  }

  /** Of a minute, all zero where it is not known. */
  at(key: string, minute: number): MinuteSum {
    const row = this.rows.get(key);
    if (row === undefined || !this.has(minute)) return NOTHING;
    const at = placeOf(minute);
    return { good: row.good[at]!, bad: row.bad[at]!, excluded: row.excluded[at]! };
  }

  /** The sum of so many keys over minutes, both ends included. */
  sum(keys: readonly string[], from: number, to: number): MinuteSum {
    let [good, bad, excluded] = [0, 0, 0];
    for (const key of keys) {
      const each = this.sumOf(key, from, to);
      good += each.good;
      bad += each.bad;
      excluded += each.excluded;
    }
    return { good, bad, excluded };
  }

  /** All that is known of the minutes after one. */
  after(minute: number): readonly CohortMinute[] {
    if (minute >= this.newest) return [];
    const found: CohortMinute[] = [];
    for (let each = Math.max(minute + 1, this.newest - MINUTES_KEPT + 1, 0); each <= this.newest; each += 1) {
      if (!this.has(each)) continue;
      for (const key of this.rows.keys()) found.push({ key, minute: each, ...this.at(key, each) });
    }
    return found;
  }

  /** How many minutes of a span are known. */
  known(from: number, to: number): number {
    let known = 0;
    for (let minute = Math.max(from, 0); minute <= to; minute += 1) if (this.has(minute)) known += 1;
    return known;
  }

  private sumOf(key: string, from: number, to: number): MinuteSum {
    const id = `${from}/${to}/${key}`;
    const sum = this.sums.get(id) ?? this.sumAnew(key, from, to);
    this.sums.set(id, sum);
    return sum;
  }

  private sumAnew(key: string, from: number, to: number): MinuteSum {
    const row = this.rows.get(key);
    if (row === undefined) return NOTHING;
    let [good, bad, excluded] = [0, 0, 0];
    for (let minute = Math.max(from, 0); minute <= to; minute += 1) {
      const at = placeOf(minute);
      if (this.minutes[at] !== minute) continue;
      good += row.good[at]!;
      bad += row.bad[at]!;
      excluded += row.excluded[at]!;
    }
    return { good, bad, excluded };
  }

  private newRow(key: string, minute: number): Row | undefined {
    if (this.rows.size > COHORTS_MAX) {
      const [oldest] = [...this.rows]
        .filter(([each, { newest }]) => each !== FLEET_MINUTES && newest < minute)
        .toSorted(([, a], [, b]) => a.newest - b.newest);
      if (oldest === undefined) return undefined;
      this.rows.delete(oldest[0]);
    }
    const counts = (): Uint32Array => new Uint32Array(MINUTES_KEPT);
    const row = { good: counts(), bad: counts(), excluded: counts(), newest: minute };
    this.rows.set(key, row);
    return row;
  }
}

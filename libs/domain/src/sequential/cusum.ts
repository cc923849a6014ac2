import { SLOT_MS, TICK_MS } from '#contracts';
import { addToSecond, DISPERSION_COLUMNS, dispersionAt, resetDispersion } from './dispersion.js';
import { evidenceOf } from './likelihood.js';

/** Two sums, so that one of them has always seen the last minute. */
const SUMS = 2;
/** A sum begins anew every two minutes: with the 130 s of the dispersion and a minute of lateness, within what a restart reads again. */
const PERIOD_TICKS = 120_000 / TICK_MS;
const TICKS_PER_SECOND = SLOT_MS / TICK_MS;
/** Evidence beyond so many thresholds is not kept: the alarm of a long outage must end soon after it. */
const KEPT_THRESHOLDS = 1.5;

/** Columns of a sum: its period, the evidence, and since it last rose from 0: the first tick, good and bad outcomes. */
const AT = { period: 0, nats: 1, onset: 2, good: 3, bad: 4 } as const;
const SUM_COLUMNS = 5;
const DISPERSION = SUMS * SUM_COLUMNS;
/** Numbers that one cell takes. */
export const CUSUM_COLUMNS = DISPERSION + DISPERSION_COLUMNS;

/** What the test of a cell says. */
export interface CusumReading {
  readonly nats: number;
  /** The tick in which the evidence last rose from 0: when the fault began, as far as counts can tell. */
  readonly onsetTick: number;
  /** Outcomes since the onset. */
  readonly good: number;
  readonly bad: number;
}

/** Begins a cell that has no past. */
export const resetCusum = (data: Float64Array, at: number): void => {
  data.fill(0, at, at + DISPERSION);
  resetDispersion(data, at + DISPERSION);
};

/** Begins those sums anew whose time has come; the second is half a period behind the first. */
const beginPeriods = (data: Float64Array, at: number, tick: number): void => {
  for (let i = 0; i < SUMS; i += 1) {
    const sum = at + i * SUM_COLUMNS;
    const period = Math.floor((tick + (i * PERIOD_TICKS) / SUMS) / PERIOD_TICKS);
    if (data[sum] === period) continue;
    data.fill(0, sum, sum + SUM_COLUMNS);
    data[sum] = period;
  }
};

/**
 * Takes what a tick added to a cell: `S ← max(0, S + evidence)` (Page 1954), for both sums. Ticks of a cell come in order, and each
 * once, since the `max` depends on how outcomes are put together. Dispersion keeps false alarms off; it does not hold on to true ones,
 * so successes count in full while a test alarms.
 */
export const observeTick = (
  data: Float64Array,
  at: number,
  { tick, good, bad, threshold }: { tick: number; good: number; bad: number; threshold: number },
): void => {
  beginPeriods(data, at, tick);
  const dispersion = dispersionAt(data, at + DISPERSION, Math.floor(tick / TICKS_PER_SECOND));
  addToSecond(data, at + DISPERSION, good, bad);
  const evidence = evidenceOf(good, bad, dispersion, threshold);
  for (let i = 0; i < SUMS; i += 1) {
    const sum = at + i * SUM_COLUMNS;
    const before = data[sum + AT.nats]!;
    const step = evidence < 0 && before > threshold ? evidence * dispersion : evidence;
    const nats = Math.min(KEPT_THRESHOLDS * threshold, before + step);
    if (nats <= 0) {
      data.fill(0, sum + AT.nats, sum + SUM_COLUMNS);
      continue;
    }
    if (before === 0) data[sum + AT.onset] = tick;
    data[sum + AT.nats] = nats;
    data[sum + AT.good]! += good;
    data[sum + AT.bad]! += bad;
  }
};

/** What the test says at a tick: the sum with more evidence counts, the one that knows an earlier onset where both have as much. */
export const readCusum = (data: Float64Array, at: number, tick: number): CusumReading => {
  beginPeriods(data, at, tick);
  const of = (i: number): CusumReading => {
    const sum = at + i * SUM_COLUMNS;
    return {
      nats: data[sum + AT.nats]!,
      onsetTick: data[sum + AT.onset]!,
      good: data[sum + AT.good]!,
      bad: data[sum + AT.bad]!,
    };
  };
  const [one, other] = [of(0), of(1)];
  if (one.nats !== other.nats) return one.nats > other.nats ? one : other;
  return one.onsetTick <= other.onsetTick ? one : other;
};

/** One minute: the part whose share is asked for, and all of it. */
export interface RatioMinute {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly part: number;
  readonly whole: number;
}

/** How far back a baseline looks (C7 asks for an hour at least): an outage must be longer than half of it to become normal. */
export const BASELINE_MINUTES = 180;
/** The newest minutes are left out: a fault that is just beginning must not become its own baseline. */
export const BASELINE_NEWEST_EXCLUDED = 2;
/** Minutes that are pooled before the middle is taken: a single minute of little traffic has a failure or none. */
export const POOL_MINUTES = 10;
/** Pools of three hours. */
export const POOLS_KEPT = BASELINE_MINUTES / POOL_MINUTES;
/** The pool that a minute belongs to, both since the epoch. */
export const poolOf = (minute: number): number => Math.floor(minute / POOL_MINUTES);
/** Less history than this says nothing: ten minutes ride out a burst. */
const HISTORY_MINUTES_MIN = 10;
/** Less history than this says nothing: at the floor of failures 10,000 outcomes hold five. */
const HISTORY_OUTCOMES_MIN = 10_000;

/** The middle of ratios: of an even number the mean of the two in the middle. */
export const middleOf = (ratios: readonly number[]): number => {
  const sorted = ratios.toSorted((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return ((sorted[low] ?? 0) + (sorted[high] ?? 0)) / 2;
};

/**
 * The share that is normal, robustly: minutes are pooled ten by ten of the clock, and the middle of the pools counts. Over three hours
 * an outage of less than an hour and a half is in fewer than half of the pools and changes next to nothing, whether anybody opened
 * an incident for it or not; a slow drift is followed, and a new normal is taken over after an hour and a half.
 */
export const robustRatio = (minutes: Iterable<RatioMinute>): number | 'unknown' => {
  const groups = new Map<number, { part: number; whole: number }>();
  let [count, all] = [0, 0];
  for (const { minute, part, whole } of minutes) {
    const index = poolOf(minute);
    const group = groups.get(index) ?? { part: 0, whole: 0 };
    groups.set(index, { part: group.part + part, whole: group.whole + whole });
    count += 1;
    all += whole;
  }
  if (count < HISTORY_MINUTES_MIN || all < HISTORY_OUTCOMES_MIN) return 'unknown';
  const ratios = [...groups.values()].filter(({ whole }) => whole > 0).map(({ part, whole }) => part / whole);
  return middleOf(ratios);
};

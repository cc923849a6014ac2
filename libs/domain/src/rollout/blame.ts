import { Z_999 } from '../impact/wilson.js';
import { successPercent } from '../signal/success-rate.js';
import type { WindowReader } from '../signal/window-reader.js';
import { cohortKey } from '../rule/presence.js';

/** Over how long a release is compared with its control: long enough for a sample, short enough to show a fault of seconds. */
export const JUDGE_WINDOW_MS = 10_000;
/** A release is to blame when it is worse than its control by at least 5 percentage points (RAIL-2). */
export const EFFECT_MIN = 5;
/** A control below this many outcomes is no control: its own success would be known to no better than a point. */
const CONTROL_OUTCOMES_MIN = 100;

/** Where a release runs: the regions, and every release of each. */
export type Placement = ReadonlyMap<string, ReadonlySet<string>>;

/** A release beside the other releases of the same regions. */
export interface Comparison {
  readonly release: string;
  /** Success, per cent; undefined when there is nothing to say it from. */
  readonly success: number | undefined;
  readonly control: number | undefined;
  /** Percentage points by which the release is worse. */
  readonly effect: number | undefined;
  /** Whether the difference is significant at p < 0.001, one-sided. */
  readonly isSignificant: boolean;
}

interface Tally {
  good: number;
  bad: number;
}

const tally = (windows: WindowReader, keys: readonly string[], endSlot: number): Tally => {
  const total = { good: 0, bad: 0 };
  for (const key of keys) {
    const { good, bad } = windows.sum('release_region', key, JUDGE_WINDOW_MS, endSlot);
    total.good += good;
    total.bad += bad;
  }
  return total;
};

const zScore = (a: Tally, b: Tally): number => {
  const [na, nb] = [a.good + a.bad, b.good + b.bad];
  const pooled = (a.bad + b.bad) / (na + nb);
  return (a.bad / na - b.bad / nb) / Math.sqrt(pooled * (1 - pooled) * (1 / na + 1 / nb));
};

/** Compares a release with its control: the other releases in the regions where it runs, over the last ten seconds. */
export const compareRelease = (
  windows: WindowReader,
  release: string,
  placement: Placement,
  endSlot: number,
): Comparison => {
  const regions = [...placement].filter(([, releases]) => releases.has(release));
  const own = regions.map(([region]) => cohortKey(release, region));
  const others = regions.flatMap(([region, releases]) =>
    [...releases].filter((each) => each !== release).map((each) => cohortKey(each, region)),
  );
  const mine = tally(windows, own, endSlot);
  const control = tally(windows, others, endSlot);
  const hasControl = control.good + control.bad >= CONTROL_OUTCOMES_MIN;
  const success = mine.good + mine.bad > 0 ? successPercent(mine.good, mine.bad) : undefined;
  const controlSuccess = hasControl ? successPercent(control.good, control.bad) : undefined;
  const effect = success === undefined || controlSuccess === undefined ? undefined : controlSuccess - success;
  return {
    release,
    success,
    control: controlSuccess,
    effect,
    isSignificant: effect !== undefined && effect > 0 && zScore(mine, control) > Z_999,
  };
};

/** Whether a comparison blames the release. */
export const isToBlame = ({ effect, isSignificant }: Comparison): boolean =>
  effect !== undefined && effect >= EFFECT_MIN && isSignificant;

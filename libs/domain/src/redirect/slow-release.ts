import { wilsonLowerBound } from '../impact/wilson.js';
import { cohortKey } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { percentileOfCells } from '../signal/scope-windows.js';

/** The percentile that R25 judges. */
export const SLOW_PERCENTILE = 0.99;
/** With fewer outcomes than these a p99 rests on less than one of them. */
const OUTCOMES_MIN = 100;

/** Over which window slowness is looked for, and from when on an answer is slow. */
export interface Slowness {
  readonly windowMs: number;
  readonly thresholdMs: number;
}

/**
 * Whether the p99 of cohorts is above a threshold, as sure as 99.9 %: judged by the rank that so many samples of this size keep above;
 * undefined of too little data.
 */
const isSlow = (
  cohorts: readonly string[],
  { windowMs, thresholdMs }: Slowness,
  view: TickView,
): boolean | undefined => {
  const cells = { family: 'release_region', keys: cohorts } as const;
  const place = { windowMs, endSlot: view.endSlot };
  const sums = cohorts.map((key) => view.windows.sum('release_region', key, windowMs, view.endSlot));
  const count = sums.reduce((all, { good, bad }) => all + good + bad, 0);
  if (count < OUTCOMES_MIN) return undefined;
  const latencyUs = percentileOfCells(cells, place, wilsonLowerBound(SLOW_PERCENTILE * count, count), view);
  return latencyUs === 'timeout' || (typeof latencyUs === 'number' && latencyUs / 1_000 > thresholdMs);
};

/**
 * Whether a release is slow beside others in the same regions that are not: what is to be taken back then is the release, and its
 * traffic would take the nodes that are well along.
 */
export const isReleaseSlow = (release: string, slowness: Slowness, view: TickView): boolean => {
  const regions = [...view.placement].filter(([, releases]) => releases.has(release));
  const own = regions.map(([region]) => cohortKey(release, region));
  const others = regions.flatMap(([region, releases]) =>
    [...releases].filter((each) => each !== release).map((each) => cohortKey(each, region)),
  );
  return isSlow(own, slowness, view) === true && isSlow(others, slowness, view) === false;
};

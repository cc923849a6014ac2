import { KEY_SEPARATOR } from '#contracts';
import { affectedRatio } from '../impact/affected.js';
import type { TickView } from '../rule/tick-view.js';
import { detailOf, NAMED_MAX, withDetail } from './measure.js';
import { SLOT_WINDOW } from './outcome-scopes.js';
import { sumOf } from './scope-windows.js';
import { type Signal, UNKNOWN } from './signal.js';

/** A region and how much of it fails. */
export interface RegionFailures {
  readonly region: string;
  readonly good: number;
  readonly bad: number;
  /** Per cent; undefined without outcomes. */
  readonly failing: number | undefined;
  /** Above 1 % with 99.9 % confidence. */
  readonly isFailing: boolean;
}

/** The table region → failing per cent (R57, R93), the worst first. */
export const failuresByRegion = (view: TickView, windowMs: number, endSlot: number): readonly RegionFailures[] => {
  const sums = new Map<string, { good: number; bad: number }>();
  for (const cohort of view.windows.keys('release_region')) {
    const at = cohort.indexOf(KEY_SEPARATOR);
    if (at < 0) continue;
    const { good, bad } = view.windows.sum('release_region', cohort, windowMs, endSlot);
    const sum = sums.get(cohort.slice(at + 1)) ?? { good: 0, bad: 0 };
    sums.set(cohort.slice(at + 1), { good: sum.good + good, bad: sum.bad + bad });
  }
  return [...sums]
    .map(([region, { good, bad }]) => ({
      region,
      good,
      bad,
      failing: good + bad === 0 ? undefined : (100 * bad) / (good + bad),
      isFailing: affectedRatio(good, bad) !== undefined,
    }))
    .toSorted((a, b) => (b.failing ?? -1) - (a.failing ?? -1) || (a.region < b.region ? -1 : 1));
};

/** How many regions fail: those whose failure ratio is above 1 % with confidence, as a customer's is (C3). */
export const failingRegions: Signal = {
  about:
    'regions whose failure ratio is above 1 % with 99.9 % confidence over at least 50 outcomes; the detail is the table',
  unit: 'regions',
  window: SLOT_WINDOW,
  noData: 'fewer good and bad outcomes of all regions than `outcomesMin`',
  scopes: ['fleet'],
  counts: 'outcomes',
  isOfFailures: true,
  read: (place, view) => {
    if (place.subject.scope !== 'fleet') return UNKNOWN;
    const { good, bad } = sumOf(place, view);
    if (good + bad < Math.max(1, place.rule.outcomesMin)) return { value: 'unknown', good, bad };
    const failing = failuresByRegion(view, place.windowMs, place.endSlot).filter((each) => each.isFailing);
    const named = failing
      .slice(0, NAMED_MAX)
      .map(({ region, failing: percent = 0 }) => `${region} ${percent.toFixed(1)} %`);
    return withDetail({ value: failing.length, good, bad }, detailOf(failing.length, 'failing regions', named));
  },
  describe: (rule, value) => ({
    found: `${value} failing regions`,
    limit: `${rule.threshold}`,
    title: `DNS fails in ${value} regions`,
  }),
  digits: 0,
};

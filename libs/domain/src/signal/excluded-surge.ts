import { COHORT_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { readShare } from './ratio-measure.js';
import { sumOf } from './scope-windows.js';
import { type Signal, UNKNOWN } from './signal.js';

/** Excluded share below which no baseline is believed: less than one in a thousand is a few broken clients. */
export const EXCLUDED_FLOOR = 0.001;

/**
 * The excluded share in per cent of its own trailing baseline: 100 is as usual, 500 five times as much. The baseline is the
 * subject's own, or while it has none the fleet's, not below 0.1 %; a new release is measured by what the fleet has.
 */
export const excludedSurge: Signal = {
  about:
    'excluded share in per cent of its trailing baseline (3 h, robust, floor 0.1 %), the own or else that of the fleet',
  unit: '% of the baseline',
  window: SLOT_WINDOW,
  noData: 'fewer outcomes than `outcomesMin`, or no baseline yet (10 min, 10,000 outcomes)',
  scopes: COHORT_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  read: (place, view) => {
    const { subject, rule } = place;
    if (!COHORT_SCOPES.includes(subject.scope)) return UNKNOWN;
    const { good, bad, excluded } = sumOf(place, view);
    const counts = { good: good + bad, bad: excluded };
    const baseline = view.memory.excludedBaseline(subject, view.endSlot);
    if (baseline === 'unknown') return { value: 'unknown', ...counts };
    const factor = 100 / Math.max(EXCLUDED_FLOOR, baseline);
    return { ...readShare({ ...rule, hits: excluded, count: good + bad + excluded }, factor), ...counts };
  },
  describe: (rule, value) => ({
    found: `excluded outcomes ${value} % of the baseline`,
    limit: `${rule.threshold} %`,
    title: `Excluded DNS outcomes at ${value} % of normal`,
  }),
  digits: 0,
};

import { COHORT_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { readShare } from './ratio-measure.js';
import { sumOf } from './scope-windows.js';
import { type Signal, UNKNOWN } from './signal.js';

/**
 * The share of outcomes that count neither for nor against the service: 100 × excluded / all. An attack fills this class, and so does
 * a filter that hides failures, which success alone would never show.
 */
export const excludedShare: Signal = {
  about: 'excluded outcomes (malformed, refused, rate limited, unreadable) of all outcomes',
  unit: '%',
  window: SLOT_WINDOW,
  noData: 'fewer outcomes of any class than `outcomesMin`',
  scopes: COHORT_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  read: (place, view) => {
    if (!COHORT_SCOPES.includes(place.subject.scope)) return UNKNOWN;
    const { good, bad, excluded } = sumOf(place, view);
    const count = good + bad + excluded;
    return { ...readShare({ ...place.rule, hits: excluded, count }, 100), good: good + bad, bad: excluded };
  },
  describe: (rule, value) => ({
    found: `excluded ${value} %`,
    limit: `${rule.threshold} %`,
    title: `Excluded DNS outcomes ${value} %`,
  }),
  digits: 2,
};

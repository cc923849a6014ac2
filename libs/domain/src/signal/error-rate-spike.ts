import { OUTCOME_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { readShare } from './ratio-measure.js';
import { sumOf } from './scope-windows.js';
import type { Signal } from './signal.js';

/**
 * The failure ratio in per cent of the trailing baseline (C7, R28): 1000 means ten times as many failures as normal. The baseline is
 * that of the fleet, so that a release that is bad from its first query is measured by what is normal; a customer has its own.
 */
export const errorRateSpike: Signal = {
  about: 'failure ratio in per cent of the trailing baseline of the fleet (of a customer: its own), floor 0.05 %',
  unit: '% of the baseline',
  window: SLOT_WINDOW,
  noData: 'fewer good and bad outcomes than `outcomesMin`, or no baseline yet',
  scopes: OUTCOME_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  readsCustomers: false,
  read: (place, view) => {
    const { rule, subject } = place;
    const { good, bad } = sumOf(place, view);
    const baseline = subject.scope === 'customer' ? view.memory.customerBaseline(subject.key) : view.baseline;
    if (baseline === 'unknown') return { value: 'unknown', good, bad };
    return { ...readShare({ ...rule, hits: bad, count: good + bad }, 100 / baseline), good, bad };
  },
  describe: (rule, value) => ({
    found: `failures ${value} % of the baseline`,
    limit: `${rule.threshold} %`,
    title: `DNS failures at ${value} % of normal`,
  }),
  digits: 0,
};

import type { Rule } from '#contracts';
import type { Measure } from './measure.js';
import { OUTCOME_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { readShare } from './ratio-measure.js';
import { sumOf } from './scope-windows.js';
import type { Signal } from './signal.js';

/** The failures of so many outcomes, with what they are at least. */
export const measureFailures = (rule: Rule, { good, bad }: Pick<Measure, 'good' | 'bad'>): Measure => ({
  ...readShare({ ...rule, hits: bad, count: good + bad }, 100),
  good,
  bad,
});

/** The failure rate (R14): 100 × bad / (good + bad), with its Wilson lower bound. */
export const failureRate: Signal = {
  about: 'bad outcomes of good and bad ones; a breach is judged by the lower bound',
  unit: '%',
  window: SLOT_WINDOW,
  noData: 'fewer good and bad outcomes than `outcomesMin`',
  scopes: OUTCOME_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  read: (place, view) => measureFailures(place.rule, sumOf(place, view)),
  describe: (rule, value) => ({
    found: `failures ${value} %`,
    limit: `${rule.threshold} %`,
    title: `DNS failures ${value} %`,
  }),
  digits: 2,
};

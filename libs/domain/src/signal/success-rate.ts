import type { Rule } from '#contracts';
import { wilsonLowerBound } from '../impact/wilson.js';
import { confidenceOf, zOf } from './confidence.js';
import type { Measure } from './measure.js';
import { OUTCOME_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { sumOf } from './scope-windows.js';
import type { Signal } from './signal.js';

/** Success in per cent: good / (good + bad); excluded outcomes count in neither. */
export const successPercent = (good: number, bad: number): number => (100 * good) / (good + bad);

/** The success of so many outcomes, and what it is at most where a rule asks for confidence. */
export const measureSuccess = (rule: Rule, { good, bad }: Pick<Measure, 'good' | 'bad'>): Measure => {
  const count = good + bad;
  if (count < Math.max(1, rule.outcomesMin)) return { value: 'unknown', good, bad };
  const measure = { value: successPercent(good, bad), good, bad };
  const z = zOf(confidenceOf(rule));
  return z === 0 ? measure : { ...measure, atLeast: 100 - 100 * wilsonLowerBound(bad, count, z) };
};

/**
 * The success rate (R17, R20, R26): 100 × good / (good + bad), judged by the plain value, as the study gives it, or by what it is at most
 * with the confidence that a rule asks for.
 */
export const successRate: Signal = {
  about:
    'good outcomes of good and bad ones; excluded ones count in neither. With a `confidence` a breach is judged by the upper bound',
  unit: '%',
  window: SLOT_WINDOW,
  noData: 'fewer good and bad outcomes than `outcomesMin`',
  scopes: OUTCOME_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  read: (place, view) => measureSuccess(place.rule, sumOf(place, view)),
  describe: (rule, value) => ({
    found: `success ${value} %`,
    limit: `${rule.threshold} %`,
    title: `DNS success ${value} %`,
  }),
  digits: 2,
};

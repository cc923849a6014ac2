import { KEY_SEPARATOR, OUTCOMES } from '#contracts';
import { COHORT_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { readShare } from './ratio-measure.js';
import { cellsOf, sumOf } from './scope-windows.js';
import { type Signal, UNKNOWN } from './signal.js';

/** The one outcome that is asked most, where a rule names none. */
const USUAL = 'servfail';

/**
 * The share of one outcome (R4: servfail, nxdomain, wrong_answer, refused_foreign …): 100 × that outcome / all outcomes, excluded
 * ones included, since some of the outcomes that are asked for are of that class. `bad` is the number of those outcomes.
 */
export const outcomeShare: Signal = {
  about: 'outcomes of one name (`outcome`, else servfail) of all outcomes, excluded ones included',
  unit: '%',
  window: SLOT_WINDOW,
  noData: 'fewer outcomes than `outcomesMin`',
  scopes: COHORT_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  read: (place, view) => {
    const { rule, subject, windowMs, endSlot } = place;
    if (!COHORT_SCOPES.includes(subject.scope)) return UNKNOWN;
    const name = rule.outcome ?? USUAL;
    const cohorts = subject.scope === 'fleet' ? [...view.windows.keys('release_region')] : cellsOf(subject, view).keys;
    const { good, bad, excluded } = sumOf(place, view);
    const count = good + bad + excluded;
    const { class: column } = OUTCOMES.find((kind) => kind.name === name)!;
    let hits = 0;
    for (const cohort of cohorts)
      hits += view.windows.sum('outcome', `${cohort}${KEY_SEPARATOR}${name}`, windowMs, endSlot)[column];
    return { ...readShare({ ...rule, hits, count }, 100), good: count - hits, bad: hits };
  },
  describe: (rule, value) => ({
    found: `${rule.outcome ?? USUAL} ${value} %`,
    limit: `${rule.threshold} %`,
    title: `DNS ${rule.outcome ?? USUAL} ${value} %`,
  }),
  digits: 2,
};

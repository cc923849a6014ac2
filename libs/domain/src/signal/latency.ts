import type { Rule } from '#contracts';
import { wilsonLowerBound } from '../impact/wilson.js';
import type { Percentile } from '../window/window-sum.js';
import { confidenceOf, zOf } from './confidence.js';
import type { Measure } from './measure.js';
import { COHORT_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { percentileIn, sumOf } from './scope-windows.js';
import { type Signal, UNKNOWN } from './signal.js';

const PERCENTILE = 0.95;

const percentileName = ({ percentile = PERCENTILE }: Rule): string => `p${Number((100 * percentile).toFixed(1))}`;

const isWithin = ({ comparison, threshold }: Rule, value: Measure['value']): boolean =>
  comparison === 'above' && typeof value === 'number' && value <= threshold;

/** The latency of so many outcomes, from their percentiles by rank, µs; with what it is at least where that could tell. */
export const measureLatency = (
  rule: Rule,
  { good, bad }: Pick<Measure, 'good' | 'bad'>,
  percentileUs: (rank: number) => Percentile,
): Measure => {
  const { percentile = PERCENTILE, outcomesMin } = rule;
  const count = good + bad;
  if (count < Math.max(1, outcomesMin)) return { value: 'unknown', good, bad };
  const read = (rank: number): Measure['value'] => {
    const latencyUs = percentileUs(rank);
    return typeof latencyUs === 'number' ? latencyUs / 1_000 : latencyUs;
  };
  const z = zOf(confidenceOf(rule));
  const value = read(percentile);
  const measure = { value, good, bad };
  // A bound lies below its value: where that breaches nothing, the bound does not either, and need not be read.
  return z === 0 || isWithin(rule, value)
    ? measure
    : { ...measure, atLeast: read(wilsonLowerBound(percentile * count, count, z)) };
};

/**
 * A latency percentile in milliseconds; timeouts rank above every latency, so it can be `timeout` (B10). What it is at least is the
 * percentile of the lower rank that 99.9 % of samples of this size keep above: with 100 outcomes p95 is at least what p83 shows.
 * Without it six slow answers among the first hundred of a cohort are an alert, and a healthy fleet that starts has some now and then.
 */
export const latency: Signal = {
  about:
    'a percentile (`percentile`, else p95) of latency; timeouts rank above every latency. Not of a PoP, a node or a customer: their histograms are not told to the rules, and `tocsin check` refuses it',
  unit: 'ms, or a timeout',
  window: SLOT_WINDOW,
  noData: 'fewer good and bad outcomes than `outcomesMin`, or none with a latency',
  scopes: COHORT_SCOPES,
  counts: 'outcomes',
  isOfFailures: false,
  read: (place, view) =>
    COHORT_SCOPES.includes(place.subject.scope)
      ? measureLatency(place.rule, sumOf(place, view), (rank) => percentileIn(place, rank, view))
      : UNKNOWN,
  describe: (rule, value) => {
    const shown = `${percentileName(rule)} ${value === 'timeout' ? value : `${value} ms`}`;
    return { found: shown, limit: `${rule.threshold} ms`, title: `DNS latency ${shown}` };
  },
  digits: 2,
};

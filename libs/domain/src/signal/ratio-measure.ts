import type { Rule } from '#contracts';
import { wilsonLowerBound } from '../impact/wilson.js';
import { confidenceOf, zOf } from './confidence.js';
import type { Measure } from './measure.js';

/** A share that is read: hits of count, and what a rule asks of it. */
export interface Share extends Pick<Rule, 'signal' | 'confidence' | 'outcomesMin'> {
  readonly hits: number;
  readonly count: number;
}

/** A share times a factor, with its lower bound; unknown below the minimum. */
export const readShare = ({ hits, count, ...rule }: Share, factor: number): Pick<Measure, 'value' | 'atLeast'> => {
  if (count < Math.max(1, rule.outcomesMin)) return { value: 'unknown' };
  const value = (factor * hits) / count;
  const z = zOf(confidenceOf(rule));
  return z === 0 ? { value } : { value, atLeast: factor * wilsonLowerBound(hits, count, z) };
};

import { wilsonLowerBound } from '../impact/wilson.js';
import { zOf } from './confidence.js';
import type { Measure } from './measure.js';

/** A share that is read: hits of count, and what a rule asks of it. */
export interface Share {
  readonly hits: number;
  readonly count: number;
  readonly outcomesMin: number;
  readonly confidence: number;
}

/** A share times a factor, with its lower bound; unknown below the minimum. */
export const readShare = (
  { hits, count, outcomesMin, confidence }: Share,
  factor: number,
): Pick<Measure, 'value' | 'atLeast'> => {
  if (count < Math.max(1, outcomesMin)) return { value: 'unknown' };
  const value = (factor * hits) / count;
  const z = zOf(confidence);
  return z === 0 ? { value } : { value, atLeast: factor * wilsonLowerBound(hits, count, z) };
};

import { AFFECTED_OUTCOMES_MIN } from '../impact/affected.js';
import { wilsonLowerBound } from '../impact/wilson.js';
import type { Measure } from './measure.js';
import type { WindowPlace, WindowReader } from './window-reader.js';

/**
 * The failure ratio of a window in per cent of the trailing baseline (C7): 1000 means ten times as many failures as normal. The
 * minimum sample and the confidence are those of an affected customer (C3); without a baseline it is unknown.
 */
export const readErrorRateSpike = (
  windows: WindowReader,
  place: WindowPlace,
  baseline: number | 'unknown',
): Measure => {
  const { good, bad } = windows.sum(place.family, place.key, place.windowMs, place.endSlot);
  const count = good + bad;
  if (baseline === 'unknown' || count < AFFECTED_OUTCOMES_MIN) return { value: 'unknown', good, bad };
  const inBaselines = (ratio: number): number => (100 * ratio) / baseline;
  return { value: inBaselines(bad / count), atLeast: inBaselines(wilsonLowerBound(bad, count)), good, bad };
};

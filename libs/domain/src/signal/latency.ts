import { wilsonLowerBound } from '../impact/wilson.js';
import { type Measure, OUTCOMES_MIN } from './measure.js';
import type { WindowPlace, WindowReader } from './window-reader.js';

/**
 * A latency percentile of a window in milliseconds; timeouts rank above every latency, so it can be `timeout`. What it is at least is
 * the percentile of the lower rank that 99.9 % of samples of this size keep above: with 100 outcomes p95 is at least what p83 shows.
 * Without it six slow answers among the first hundred of a cohort are an alert, and a healthy fleet that starts has some now and then.
 */
export const readLatency = (windows: WindowReader, place: WindowPlace, percentile: number): Measure => {
  const { good, bad } = windows.sum(place.family, place.key, place.windowMs, place.endSlot);
  const count = good + bad;
  if (count < OUTCOMES_MIN) return { value: 'unknown', good, bad };
  const read = (rank: number): Measure['value'] => {
    const latencyUs = windows.percentile(place.family, place.key, rank, place.windowMs, place.endSlot);
    return typeof latencyUs === 'number' ? latencyUs / 1_000 : latencyUs;
  };
  return { value: read(percentile), atLeast: read(wilsonLowerBound(percentile * count, count)), good, bad };
};

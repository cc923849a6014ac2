import { type Measure, OUTCOMES_MIN } from './measure.js';
import type { WindowPlace, WindowReader } from './window-reader.js';

/** The impact score of the customers hurt within a window; unknown when the window itself is. */
export const readCustomerImpact = (windows: WindowReader, place: WindowPlace, score: () => number): Measure => {
  const { good, bad } = windows.sum(place.family, place.key, place.windowMs, place.endSlot);
  return { value: good + bad < OUTCOMES_MIN ? 'unknown' : score(), good, bad };
};

import { type Measure, OUTCOMES_MIN } from './measure.js';
import type { WindowPlace, WindowReader } from './window-reader.js';

/** Success in per cent: good / (good + bad); excluded outcomes count in neither. */
export const successPercent = (good: number, bad: number): number => (100 * good) / (good + bad);

/** The success rate of a window, per cent. */
export const readSuccessRate = (windows: WindowReader, place: WindowPlace): Measure => {
  const { good, bad } = windows.sum(place.family, place.key, place.windowMs, place.endSlot);
  return { value: good + bad < OUTCOMES_MIN ? 'unknown' : successPercent(good, bad), good, bad };
};

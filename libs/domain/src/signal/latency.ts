import { type Measure, OUTCOMES_MIN } from './measure.js';
import type { WindowPlace, WindowReader } from './window-reader.js';

/** A latency percentile of a window in milliseconds; timeouts rank above every latency, so it can be `timeout`. */
export const readLatency = (windows: WindowReader, place: WindowPlace, percentile: number): Measure => {
  const { good, bad } = windows.sum(place.family, place.key, place.windowMs, place.endSlot);
  if (good + bad < OUTCOMES_MIN) return { value: 'unknown', good, bad };
  const latencyUs = windows.percentile(place.family, place.key, percentile, place.windowMs, place.endSlot);
  return { value: typeof latencyUs === 'number' ? latencyUs / 1_000 : latencyUs, good, bad };
};

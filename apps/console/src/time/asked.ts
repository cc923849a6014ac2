import { newestOf } from './pieces.js';
import type { Range } from './range.js';

/** What windows are asked for: whole steps, in ms. */
export interface Asked extends Range {
  readonly step: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** Up to an hour is answered second by second; a longer time in whole minutes, and of those seven days at most. */
const SECONDS_MS_MAX = 3_600_000;
const MINUTES_MS_MAX = 7 * 86_400_000;

/** How a time is asked for, so that it has at most `stepsMax` steps; of more than a week the newest. */
export const askedOf = (range: Range, stepsMax: number): Asked => {
  const unit = range.to - range.from > SECONDS_MS_MAX ? MINUTE_MS : SECOND_MS;
  const { from, to } = newestOf(range, MINUTES_MS_MAX, unit);
  return { from, to, step: Math.max(unit, Math.ceil((to - from) / stepsMax / unit) * unit) };
};

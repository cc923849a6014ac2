import type { Live } from '../api/live.js';
import { lengthOf } from '../time/moments.js';
import type { Tone } from '../ui/mark.js';

/** Figures come once a second; after so long without one the page must not look as if it were of now (as the rules do at 15 s). */
export const STALE_MS = 15_000;
/** Figures are of up to 10 s ago when they come; so much more is a clock that is wrong, or telemetry that is late. */
const LATE_MS = 60_000;
/** A second has no figures before it is over: what is further ahead than a clock may be was counted by another clock. */
const AHEAD_MS = 2_000;

/** What the bar says of the line. */
interface LineWords {
  readonly tone: Tone;
  readonly text: string;
}

/**
 * How old what is shown is, and whether the line to Tocsin holds; `now` is ms since the epoch by the clock of this browser. All ages on
 * the page are by that clock, so that one that is wrong is said.
 */
export const lineWords = ({ line, health, heardAt }: Live, now: number): LineWords => {
  if (line.state === 'lost')
    return { tone: 'bad', text: `Not connected for ${lengthOf(now - line.since)}; trying again` };
  if (line.state === 'connecting' || heardAt === null || health === null)
    return { tone: 'still', text: 'Connecting …' };
  const age = now - heardAt;
  if (age >= STALE_MS) return { tone: 'warn', text: `Stale: ${lengthOf(age)} old` };
  const behind = heardAt - Date.parse(health.asOf);
  if (behind < -AHEAD_MS)
    return {
      tone: 'warn',
      text: `Live; the clock of this browser is ${lengthOf(-behind)} slow, and ages are too short`,
    };
  if (behind > LATE_MS)
    return { tone: 'warn', text: `Live; figures of ${lengthOf(behind)} ago, or the clock of this browser is fast` };
  return { tone: 'good', text: `Live, ${lengthOf(age)} old` };
};

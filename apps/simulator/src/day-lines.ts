import type { DayLine } from './day.js';

/** A line of the day as it is played. */
export interface PlayedLine {
  /** Wall time of the day, `11:47:03`. */
  readonly clock: string;
  readonly text: string;
  /** Since the first failure; undefined before it, and for what is only told. */
  readonly afterMs?: number;
  /** When the same thing happened on the real day, in minutes from the first failure. */
  readonly realMinutes?: number;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `8.3 s` */
export const formatSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** `$675,000` */
export const formatDollars = (dollars: number): string => `$${Math.round(dollars).toLocaleString('en-US')}`;

/** `9 tier 1, 35 tier 2`, leaving out what is zero. */
export const formatTiers = (byTier: Readonly<Record<string, number>>): string =>
  Object.entries(byTier)
    .filter(([, count]) => count > 0)
    .map(([tier, count]) => `${count} ${tier.replace('tier', 'tier ')}`)
    .join(', ');

/** The wall clock of the day: the fault comes at 11:47:00. */
export const dayClock = (nowMs: number, faultMs: number): string => {
  const secondOfDay = (11 * 60 + 47) * 60 + Math.floor((nowMs - faultMs) / 1_000);
  return [Math.floor(secondOfDay / 3_600), Math.floor(secondOfDay / 60) % 60, secondOfDay % 60]
    .map(twoDigits)
    .join(':');
};

/** A line of the study's timeline, as told. */
export const toldLine = ({ utc, text }: DayLine): PlayedLine => ({ clock: `${utc}:00`, text });

const comparison = ({ afterMs, realMinutes }: PlayedLine): string => {
  if (afterMs === undefined) return '';
  const real = realMinutes === undefined ? '' : `, on the real day ${realMinutes} min`;
  return `  [+${formatSeconds(afterMs)}${real}]`;
};

/** A line for people. */
export const formatLine = (line: PlayedLine): string => `${line.clock}  ${line.text}${comparison(line)}`;

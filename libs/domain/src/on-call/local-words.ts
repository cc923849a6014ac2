import { localMs } from '../silence/local-time.js';

/** `2026-03-29 03:00 Europe/Berlin`: a moment as the people of a zone say it. */
export const inZone = (timeZone: string, atMs: number): string =>
  `${new Date(localMs(timeZone, atMs)).toISOString().slice(0, 16).replace('T', ' ')} ${timeZone}`;

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** `2 d 3 h`, `30 min`: how long something is, to the minute. */
export const lasting = (ms: number): string => {
  const words: string[] = [];
  let rest = ms;
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) words.push(`${count} ${unit}`);
  }
  return words.length === 0 ? 'less than 1 min' : words.join(' ');
};

import { localMs } from '../silence/local-time.js';
import { durationWords } from '../words/duration-words.js';

/** `2026-03-29 03:00 Europe/Berlin`: a moment as the people of a zone say it. */
export const inZone = (timeZone: string, atMs: number): string =>
  `${new Date(localMs(timeZone, atMs)).toISOString().slice(0, 16).replace('T', ' ')} ${timeZone}`;

/** `2 d 3 h`, `30 min`: how long something is, to the minute. */
export const lasting = (ms: number): string => durationWords(ms, 'minute');

import { DURATION_EXPECTED, readDuration } from '#contracts';
import { UsageError } from './usage-error.js';

/** Without a zone a time of day would mean another moment on another machine; a day alone begins in UTC. */
const MOMENT = /^\d{4}-\d\d-\d\d(?:T.*(?:Z|[+-]\d\d:\d\d))?$/;

/** A moment that was given with an option, as ms since 1970. */
export const timeOf = (option: string, text: string): number => {
  const ms = MOMENT.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms))
    throw new UsageError(`--${option} ${text}: expected a time with its zone, such as 2021-07-22T10:00Z`);
  return ms;
};

/** A length of time that was given with an option, in ms; nothing is no length. */
export const durationOf = (option: string, text: string): number => {
  const ms = readDuration(text) ?? 0;
  if (ms === 0) throw new UsageError(`--${option} ${text}: ${DURATION_EXPECTED}`);
  return ms;
};

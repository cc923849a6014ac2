/**
 * Local times of IANA zones. What a zone did and will do is data that `Intl` brings along; a moment is an argument, so this reads no
 * clock.
 */

const MINUTE_MS = 60_000;
/** Further than any zone is from UTC (14 h), so that the offset there is the one before or after a change on that day. */
const AROUND_MS = 26 * 3_600_000;

/** Formatters are slow to make; there are as many as zones are used, some hundreds at most. */
const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(timeZone, made);
  return made;
};

/** What clocks of a zone show at a moment, as if it were UTC: ms, whole seconds. */
export const localMs = (timeZone: string, atMs: number): number => {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatterOf(timeZone).formatToParts(atMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

const offsetMs = (timeZone: string, atMs: number): number => localMs(timeZone, atMs) - Math.floor(atMs / 1_000) * 1_000;

/** The minute in which a zone changes its offset, between two moments that have different ones. */
const changeBetween = (timeZone: string, fromMs: number, toMs: number): number => {
  const before = offsetMs(timeZone, fromMs);
  let [from, to] = [Math.floor(fromMs / MINUTE_MS), Math.ceil(toMs / MINUTE_MS)];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offsetMs(timeZone, middle * MINUTE_MS) === before) from = middle;
    else to = middle;
  }
  return to * MINUTE_MS;
};

/**
 * The first moment at which the clocks of a zone show a local time or a later one. Of an hour that is shown twice it is the first
 * one; in an hour that is skipped it is the moment of the skip.
 */
export const momentOf = (timeZone: string, wantedLocalMs: number): number => {
  const before = offsetMs(timeZone, wantedLocalMs - AROUND_MS);
  const after = offsetMs(timeZone, wantedLocalMs + AROUND_MS);
  // With the larger offset the clocks show it earlier.
  for (const offset of [Math.max(before, after), Math.min(before, after)])
    if (offsetMs(timeZone, wantedLocalMs - offset) === offset) return wantedLocalMs - offset;
  return changeBetween(timeZone, wantedLocalMs - AROUND_MS, wantedLocalMs + AROUND_MS);
};

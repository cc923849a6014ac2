/** Which clock a moment is shown by: of the place where the browser stands, or UTC. */
export type Zone = 'UTC' | 'local';

const two = (value: number): string => String(value).padStart(2, '0');

/** `11:47:02`, by the clock of the zone. */
export const clockOf = (at: number, zone: Zone): string => {
  const date = new Date(at);
  return zone === 'UTC'
    ? `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
    : `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};

/** `2021-07-22 11:47:02`, by the clock of the zone. */
export const momentOf = (at: number, zone: Zone): string => {
  const date = new Date(at);
  const day =
    zone === 'UTC'
      ? `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
      : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${clockOf(at, zone)}`;
};

/** `UTC`, `UTC+02:00`: how many minutes a clock is before it. */
export const fromUtc = (minutes: number): string => {
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
};

/** By which clock a moment is shown, so that it is a time wherever it is pasted. */
export const zoneOf = (at: number, zone: Zone): string =>
  fromUtc(zone === 'UTC' ? 0 : -new Date(at).getTimezoneOffset());

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** `3 s`, `2 min 5 s`, `1 h 12 min`, `9 d`: the two largest parts, of days the first alone. */
export const lengthOf = (ms: number): string => {
  const whole = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const first = UNITS.findIndex(([, size]) => whole >= size);
  if (first === -1) return '0 s';
  const [unit, size] = UNITS[first] ?? ['s', 1_000];
  const next = UNITS[first + 1];
  const rest = next === undefined || unit === 'd' ? 0 : Math.floor((whole % size) / next[1]);
  return rest === 0
    ? `${Math.floor(whole / size)} ${unit}`
    : `${Math.floor(whole / size)} ${unit} ${rest} ${next?.[0]}`;
};

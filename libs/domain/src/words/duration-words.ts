/** How exactly a duration is told. */
export type DurationPrecision = 'tenth' | 'second' | 'minute';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const UNITS = [
  ['d', 86_400_000],
  ['h', HOUR_MS],
  ['min', MINUTE_MS],
] as const;

const rounded = (ms: number, precision: DurationPrecision): number => {
  const positive = Math.max(0, ms);
  // A minute counts when it is full: what is said to last three minutes lasted three minutes.
  if (precision === 'minute') return Math.floor(positive / MINUTE_MS) * MINUTE_MS;
  const stepMs = precision === 'tenth' ? 100 : 1_000;
  return Math.round(positive / stepMs) * stepMs;
};

/** `2 d 3 h`, `3 h 13 min`, `1 min 5.5 s`: seconds of less than an hour only, and no unit that is zero. */
export const durationWords = (ms: number, precision: DurationPrecision): string => {
  const words: string[] = [];
  let rest = rounded(ms, precision);
  const hasSeconds = precision !== 'minute' && rest < HOUR_MS;
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) words.push(`${count} ${unit}`);
  }
  if (hasSeconds && (rest > 0 || words.length === 0)) words.push(`${rest / 1_000} s`);
  return words.length === 0 ? 'less than 1 min' : words.join(' ');
};

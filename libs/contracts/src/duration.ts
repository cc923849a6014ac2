/** What each unit of a duration is in ms, the longest first; a year has 365 days. */
export const DURATION_UNITS_MS = {
  y: 365 * 86_400_000,
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
} as const;

/** Durations as Prometheus writes them: parts in falling order, each unit once; `0` needs none. */
export const DURATION_PATTERN = /^(?=\d)(?:(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?|0)$/;

/** What is said of a text that is no duration. */
export const DURATION_EXPECTED = 'expected a duration such as 30s, 2m or 1h30m';

/** The ms of `1h30m` or `0`, wherever one is written: in rules, tests, settings and arguments; undefined when the text is no duration. */
export const readDuration = (text: string): number | undefined => {
  if (!DURATION_PATTERN.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)(ms|[ywdhms])/g)];
  const ms = parts.reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * DURATION_UNITS_MS[unit as keyof typeof DURATION_UNITS_MS],
    0,
  );
  return Number.isSafeInteger(ms) ? ms : undefined;
};

const UNITS_MS = {
  y: 365 * 86_400_000,
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
} as const;
type Unit = keyof typeof UNITS_MS;

/** The ms of a duration as Prometheus writes it (`1h30m`, `0`), which its schema has let through; a year has 365 days. */
export const durationMs = (text: string | 0): number =>
  [...String(text).matchAll(/(\d+)(ms|[ywdhms])/g)].reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * UNITS_MS[unit as Unit],
    0,
  );

/** A duration in as few parts as it takes: `1h30m`, `0s`. */
export const durationText = (ms: number): string => {
  let rest = ms;
  const parts = Object.entries(UNITS_MS).flatMap(([unit, unitMs]) => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.length === 0 ? '0s' : parts.join('');
};

import { DURATION_UNITS_MS, readDuration } from '#contracts';

/** The ms of a duration which its schema has let through; one that is too long for a number is longer than everything. */
export const durationMs = (text: string | 0): number => readDuration(String(text)) ?? Infinity;

/** A duration in as few parts as it takes: `1h30m`, `0s`. */
export const durationText = (ms: number): string => {
  let rest = ms;
  const parts = Object.entries(DURATION_UNITS_MS).flatMap(([unit, unitMs]) => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.length === 0 ? '0s' : parts.join('');
};

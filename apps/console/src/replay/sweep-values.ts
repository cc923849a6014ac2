/** What a rule compared with, in the unit of its signal, and over how many ms. */
interface Compared {
  readonly threshold: number;
  readonly window: number;
}

/** The longest window that a rule may have, 5 min. */
const WINDOW_MS_MAX = 300_000;

const rounded = (value: number): number => Number(value.toPrecision(4));

/** Values around those of the rule that a sweep may try: its own, and what is a little stricter and laxer; windows in whole seconds. */
export const sweepValues = ({
  threshold,
  window,
}: Compared): { readonly thresholds: string; readonly windows: string } => {
  const thresholds = [threshold * 0.98, threshold, threshold * 1.01].map(rounded);
  const seconds = [window / 2, window, window * 2].map((ms) =>
    Math.max(1, Math.round(Math.min(ms, WINDOW_MS_MAX) / 1_000)),
  );
  return {
    thresholds: [...new Set(thresholds)].join(','),
    windows: [...new Set(seconds)].map((each) => `${each}s`).join(','),
  };
};

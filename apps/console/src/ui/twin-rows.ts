/** A step of a chart as its table has it. */
export interface TwinRow {
  /** ms since the epoch. */
  readonly at: number;
  /** One of each line; null: nothing is known. */
  readonly values: readonly (number | null)[];
  /** What happened from this step on until the next one. */
  readonly happened: readonly string[];
}

interface Marked {
  readonly at: number;
  readonly label: string;
}

/** Every step that a chart draws, the newest first, each with the marks that stand on it or behind it. */
export const twinRows = (
  times: readonly number[],
  lines: readonly { readonly values: readonly (number | null)[] }[],
  marks: readonly Marked[],
): readonly TwinRow[] => {
  const stepMs = (times.at(-1) ?? 0) - (times.at(-2) ?? 0);
  return times
    .map((at, index) => {
      const next = times[index + 1] ?? at + stepMs;
      return {
        at,
        values: lines.map(({ values }) => values[index] ?? null),
        happened: marks.filter((mark) => mark.at >= at && mark.at < next).map(({ label }) => label),
      };
    })
    .toReversed();
};

import type { Line } from '../ui/chart.js';
import type { ReplayRange } from './replay-range.js';

/** What was counted in one step of one key. */
export interface Counted {
  readonly from: string;
  readonly key: string;
  readonly good: number;
  readonly bad: number;
}

/** What a region or the fleet answered within a minute, or a step that is longer. */
export interface Answered {
  readonly key: string;
  readonly good: number;
  readonly bad: number;
  /** Per cent; null: nobody asked. */
  readonly success: number | null;
}

/** As long as the pages count: figures of one moment are of the minute before it. */
const WINDOW_MS = 60_000;

const percentOf = (good: number, bad: number): number | null => (good + bad === 0 ? null : (100 * good) / (good + bad));

/** Of how long the figures of one moment are: a minute, or the step of a long incident. */
export const spanOf = (stepMs: number): number => Math.max(WINDOW_MS, stepMs);

/** What each key answered within the minute, or the step, that ends at a moment, by the steps of `stepMs` that were over then; worst first. */
export const answeredAt = (steps: readonly Counted[], at: number, stepMs: number): readonly Answered[] => {
  const span = spanOf(stepMs);
  const sums = new Map<string, { good: number; bad: number }>();
  for (const { from, key, good, bad } of steps) {
    const end = Date.parse(from) + stepMs;
    const sum = sums.get(key) ?? { good: 0, bad: 0 };
    const isIn = end <= at && end > at - span;
    sums.set(key, isIn ? { good: sum.good + good, bad: sum.bad + bad } : sum);
  }
  return [...sums]
    .map(([key, { good, bad }]) => ({ key, good, bad, success: percentOf(good, bad) }))
    .toSorted((one, other) => (one.success ?? 101) - (other.success ?? 101) || (one.key < other.key ? -1 : 1));
};

/** The steps of all keys as those of one: what the regions counted together is what the fleet did. */
export const together = (steps: readonly Counted[], key: string): readonly Counted[] => {
  const sums = new Map<string, Counted>();
  for (const { from, good, bad } of steps) {
    const sum = sums.get(from) ?? { from, key, good: 0, bad: 0 };
    sums.set(from, { from, key, good: sum.good + good, bad: sum.bad + bad });
  }
  return [...sums.values()];
};

interface Drawn {
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

/** The fleet is drawn as the first; of regions one more than there are tokens takes the first of them again. */
const FLEET_TOKEN = '--link';
const TOKENS = ['--bad', '--warn', '--good', '--quiet', '--text'] as const;

/** How each was at its worst step of the whole time, so that a line keeps its place and colour whatever moment is shown. */
const worstSteps = (regions: readonly Counted[]): ReadonlyMap<string, number> => {
  const worst = new Map<string, number>();
  for (const { key, good, bad } of regions)
    worst.set(
      key,
      Math.min(worst.get(key) ?? Number.POSITIVE_INFINITY, percentOf(good, bad) ?? Number.POSITIVE_INFINITY),
    );
  return worst;
};

/** Success step by step over the whole time, the worst region first, with what came after a moment left out: it was not known then. */
export const linesUntil = (regions: readonly Counted[], at: number, { from: begin, to, step }: ReplayRange): Drawn => {
  const times = [...new Set([begin, ...regions.map(({ from }) => Date.parse(from)), to])].toSorted((a, b) => a - b);
  const index = new Map(times.map((time, place) => [time, place]));
  const valuesOf = (steps: readonly Counted[]): Map<string, (number | null)[]> => {
    const byKey = new Map<string, (number | null)[]>();
    for (const { from, key, good, bad } of steps) {
      const time = Date.parse(from);
      const values = byKey.get(key) ?? Array.from<number | null>({ length: times.length }).fill(null);
      if (time + step <= at) values[index.get(time) ?? 0] = percentOf(good, bad);
      byKey.set(key, values);
    }
    return byKey;
  };
  const fleet = [...valuesOf(together(regions, 'fleet'))].map(([label, values]) => ({
    label,
    token: FLEET_TOKEN,
    values,
  }));
  const worst = worstSteps(regions);
  const worstOf = (key: string): number => worst.get(key) ?? Number.POSITIVE_INFINITY;
  const others = [...valuesOf(regions)]
    .toSorted(([one], [other]) => worstOf(one) - worstOf(other) || (one < other ? -1 : 1))
    .map(([label, values], place) => ({ label, token: TOKENS[place % TOKENS.length] ?? FLEET_TOKEN, values }));
  return { times, lines: [...fleet, ...others] };
};

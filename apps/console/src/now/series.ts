import type { Line } from '../ui/chart.js';
import type { Role } from './roles.js';
import { TIMEOUT_US } from '../ui/figures.js';

interface Step {
  readonly from: string;
  readonly success: number | null;
  readonly p99: number | 'timeout' | null;
}

interface KeyedStep {
  readonly from: string;
  readonly key: string;
  readonly good: number;
  readonly bad: number;
}

interface Drawn {
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

const timesOf = (steps: readonly Step[]): number[] => steps.map(({ from }) => Date.parse(from));

/** Success of the whole, per cent. */
export const fleetLines = (steps: readonly Step[]): Drawn => ({
  times: timesOf(steps),
  lines: [{ label: 'all releases', token: '--link', values: steps.map(({ success }) => success) }],
});

/** p99 of the whole, µs. */
export const latencyLine = (steps: readonly Step[]): Drawn => ({
  times: timesOf(steps),
  lines: [{ label: 'p99', token: '--warn', values: steps.map(({ p99 }) => (p99 === 'timeout' ? TIMEOUT_US : p99)) }],
});

/** Lines that one can tell apart in one chart, and the colours of those that have no part in what happened. */
const LINES_MAX = 4;
const NEUTRAL_TOKENS = ['--link', '--quiet', '--text', '--warn'] as const;
const ROLE_TOKENS = { suspect: '--bad', new: '--warn', before: '--good' } as const;
const ROLE_WORDS = { suspect: ', suspected', new: ', going out', before: ', before it' } as const;

interface Sum {
  readonly steps: Map<number, { readonly good: number; readonly bad: number }>;
  asked: number;
}

const sumsOf = (steps: readonly KeyedStep[]): ReadonlyMap<string, Sum> => {
  const sums = new Map<string, Sum>();
  for (const { from, key, good, bad } of steps) {
    const at = Date.parse(from);
    const release = key.split('|')[0] ?? key;
    const sum = sums.get(release) ?? { steps: new Map(), asked: 0 };
    sums.set(release, sum);
    const before = sum.steps.get(at) ?? { good: 0, bad: 0 };
    sum.steps.set(at, { good: before.good + good, bad: before.bad + bad });
    sum.asked += good + bad;
  }
  return sums;
};

/** Every step from the first to the last that was answered, also those in which nobody was asked; none where that is no series. */
const gridOf = (steps: readonly KeyedStep[], stepMs: number, until: number): readonly number[] => {
  const times = steps.map(({ from }) => Date.parse(from));
  const first = times.reduce((least, at) => Math.min(least, at), Infinity);
  const last = times.reduce((most, at) => Math.max(most, at), Math.floor((until - first) / stepMs) * stepMs + first);
  if (first === Infinity) return [];
  return Array.from({ length: Math.round((last - first) / stepMs) + 1 }, (_, index) => first + index * stepMs);
};

/** How releases are drawn over time, and how many are not. */
export interface ReleasesDrawn extends Drawn {
  /** Those with the least traffic, of more than can be told apart. */
  readonly hidden: number;
}

/**
 * Success of each release over all regions, from `release|region`: the suspect beside what it replaced. Colours go by the part that a
 * release has in what happens, and are the same for as long as it has that part, in whatever order releases come and go.
 */
export const byRelease = (
  steps: readonly KeyedStep[],
  roles: ReadonlyMap<string, Role>,
  { stepMs, until }: { readonly stepMs: number; readonly until: number },
): ReleasesDrawn => {
  const sums = sumsOf(steps);
  const weight = (release: string): number => (roles.has(release) ? Infinity : (sums.get(release)?.asked ?? 0));
  const shown = [...sums.keys()]
    .toSorted((one, other) => (weight(one) === weight(other) ? (one < other ? -1 : 1) : weight(other) - weight(one)))
    .slice(0, LINES_MAX)
    .toSorted();
  const neutral = shown.filter((release) => !roles.has(release));
  const times = gridOf(steps, stepMs, until);
  const lines = shown.map((release) => {
    const role = roles.get(release);
    const of = sums.get(release)?.steps;
    return {
      label: role === undefined ? release : `${release}${ROLE_WORDS[role]}`,
      token: role === undefined ? (NEUTRAL_TOKENS[neutral.indexOf(release)] ?? '--link') : ROLE_TOKENS[role],
      values: times.map((at) => {
        const sum = of?.get(at);
        return sum === undefined || sum.good + sum.bad === 0 ? null : (100 * sum.good) / (sum.good + sum.bad);
      }),
    };
  });
  return { times, lines, hidden: sums.size - shown.length };
};

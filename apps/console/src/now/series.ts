import type { Line } from '../ui/chart.js';

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

/** A timeout is slower than every latency: drawn at the longest that a query is waited for, 5 s, in µs. */
const TIMEOUT_US = 5_000_000;

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

/** Lines that one can tell apart; a fleet has two releases, and while one is rolled back and the next goes out three. */
const RELEASE_TOKENS = ['--good', '--bad', '--link', '--warn'] as const;

/** Success of each release over all regions, from `release|region`: the bad one beside its control. */
export const byRelease = (steps: readonly KeyedStep[]): Drawn => {
  const sums = new Map<string, Map<number, { good: number; bad: number }>>();
  const times = new Set<number>();
  for (const { from, key, good, bad } of steps) {
    const at = Date.parse(from);
    times.add(at);
    const release = key.split('|')[0] ?? key;
    const of = sums.get(release) ?? sums.set(release, new Map()).get(release);
    const sum = of?.get(at) ?? { good: 0, bad: 0 };
    of?.set(at, { good: sum.good + good, bad: sum.bad + bad });
  }
  const ordered = [...times].toSorted((one, other) => one - other);
  const lines = [...sums].slice(0, RELEASE_TOKENS.length).map(([label, of], index) => ({
    label,
    token: RELEASE_TOKENS[index] ?? '--link',
    values: ordered.map((at) => {
      const sum = of.get(at);
      return sum === undefined || sum.good + sum.bad === 0 ? null : (100 * sum.good) / (sum.good + sum.bad);
    }),
  }));
  return { times: ordered, lines };
};

import type { Tone } from '../ui/mark.js';

/** What one PoP answered within a time. */
export interface PopHealth {
  readonly pop: string;
  readonly good: number;
  readonly bad: number;
  /** Per cent; null: nobody asked it. */
  readonly success: number | null;
}

interface Step {
  readonly key: string;
  readonly good: number;
  readonly bad: number;
}

/** What each PoP answered in all of these steps together, the worst first. */
export const popsOf = (steps: readonly Step[]): readonly PopHealth[] => {
  const sums = new Map<string, { good: number; bad: number }>();
  for (const { key, good, bad } of steps) {
    const sum = sums.get(key) ?? { good: 0, bad: 0 };
    sums.set(key, { good: sum.good + good, bad: sum.bad + bad });
  }
  return [...sums]
    .map(([pop, { good, bad }]) => ({ pop, good, bad, success: good + bad === 0 ? null : (100 * good) / (good + bad) }))
    .toSorted((one, other) => (one.success ?? 101) - (other.success ?? 101) || (one.pop < other.pop ? -1 : 1));
};

/** Of a region or a PoP: below 95 % it fails, below 99.5 % (R20) it is degraded. */
export const healthTone = (success: number | null): Tone => {
  if (success === null) return 'still';
  if (success < 95) return 'bad';
  return success < 99.5 ? 'warn' : 'good';
};
/** The same in a word. */
export const HEALTH_WORDS: Readonly<Record<Tone, string>> = {
  bad: 'failing',
  warn: 'degraded',
  good: 'well',
  still: 'nothing counted',
};

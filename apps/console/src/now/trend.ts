/** What was answered in a second. */
export interface Second {
  readonly good: number;
  readonly bad: number;
}

/** Where success goes, and the shares that say so; null: nothing was asked in one of the two. */
export interface Trend {
  readonly direction: 'worse' | 'better' | 'steady';
  /** Between 0 and 1, of the newest seconds and of those before them. */
  readonly newest: number;
  readonly before: number;
}

/** As long as a glance: what began within it shows at once, and one bad second alone does not turn it. */
export const TREND_STEPS = 5;
/**
 * The newest seconds are not whole: a query is counted in the second in which it was asked, and what times out is known last. As long as
 * the store itself waits before it takes a second for complete.
 */
export const OPEN_STEPS = 3;
/** So many standard errors apart, two shares differ by more than by chance: once in 400 looks. */
const ERRORS = 3;
/** A tenth of a point is nothing that anybody gets up for, however sure it is. */
const SHARE_MIN = 0.001;

const sumOf = (steps: readonly Second[]): Second =>
  steps.reduce((sum, { good, bad }) => ({ good: sum.good + good, bad: sum.bad + bad }), { good: 0, bad: 0 });

/**
 * Whether it gets worse: the success of the newest five whole seconds beside that of the five before. The seconds follow each other without
 * a gap up to the one that runs: one in which nothing was asked has no answers, and is there.
 */
export const trendOf = (steps: readonly Second[]): Trend | null => {
  const whole = steps.slice(0, -OPEN_STEPS);
  const [newest, before] = [sumOf(whole.slice(-TREND_STEPS)), sumOf(whole.slice(-2 * TREND_STEPS, -TREND_STEPS))];
  const [asked, askedBefore] = [newest.good + newest.bad, before.good + before.bad];
  if (asked === 0 || askedBefore === 0) return null;
  const shares = { newest: newest.good / asked, before: before.good / askedBefore };
  const overall = (newest.good + before.good) / (asked + askedBefore);
  const chance = Math.sqrt(overall * (1 - overall) * (1 / asked + 1 / askedBefore));
  const change = shares.newest - shares.before;
  if (Math.abs(change) < Math.max(SHARE_MIN, ERRORS * chance)) return { direction: 'steady', ...shares };
  return { direction: change < 0 ? 'worse' : 'better', ...shares };
};

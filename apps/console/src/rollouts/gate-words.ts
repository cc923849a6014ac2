import { count, percent } from '../ui/figures.js';

/** What a gate counted of the nodes with a release, or beside it. */
export type Counted = { readonly good: number; readonly bad: number } | null;

/** What a gate says. */
export type Verdict = 'need_more_data' | 'promote' | 'roll_back';

/** What was counted, in words; nothing before a verdict stays nothing, it does not come yet. */
export const successOf = (counts: Counted, verdict: Verdict): string => {
  const asked = counts === null ? 0 : counts.good + counts.bad;
  if (counts === null || asked === 0)
    return verdict === 'need_more_data' ? 'nothing yet' : 'nothing was measured before the verdict';
  return `${percent((100 * counts.good) / asked)} of ${count(asked)}`;
};

/** Evidence against a release, in nats; — where a test has none. */
export const natsOf = (value: number | null): string => (value === null ? '—' : value.toFixed(1));

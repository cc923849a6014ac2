import type { Tone } from '../ui/mark.js';

/** A time in which somebody takes the place of another, ISO 8601. */
export interface StandIn {
  readonly from: string;
  readonly until: string;
  readonly withdrawnAt: string | null;
  readonly withdrawnBy: string | null;
}

/** Whether somebody stands in at `now`, in ms: one that was made for next week does not hold yet. */
export const standingOf = (
  { from, until, withdrawnAt, withdrawnBy }: StandIn,
  now: number,
): readonly [tone: Tone, word: string] => {
  if (withdrawnAt !== null) return ['still', `withdrawn by ${withdrawnBy ?? '—'}`];
  if (now < Date.parse(from)) return ['still', 'not begun'];
  return now < Date.parse(until) ? ['good', 'holds'] : ['still', 'over'];
};

import { lengthOf } from '../time/moments.js';
import type { RolloutNow } from './now-document.js';

/** What went out earlier is seldom what failed a moment ago; the page of rollouts has all of them. */
const RECENT_MS = 24 * 3_600_000;
/** A card has room for so many. */
const ROWS_MAX = 3;
/** These are under way, however long ago they changed last. */
const UNDER_WAY: ReadonlySet<RolloutNow['status']> = new Set(['running', 'halted']);

/** The rollouts that are news, the newest first as they are given, and what is to be said of the others. */
export const recentOf = (
  rollouts: readonly RolloutNow[],
  now: number,
): { readonly recent: readonly RolloutNow[]; readonly said: string | undefined } => {
  const recent = rollouts.filter(
    ({ status, changedAt }) => UNDER_WAY.has(status) || now - Date.parse(changedAt) < RECENT_MS,
  );
  const [last] = rollouts;
  if (last === undefined) return { recent, said: 'No rollout was told.' };
  if (recent.length === 0)
    return {
      recent,
      said: `No rollout in the last day; the last one changed ${lengthOf(now - Date.parse(last.changedAt))} ago.`,
    };
  return { recent: recent.slice(0, ROWS_MAX), said: undefined };
};

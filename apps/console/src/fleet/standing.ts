import { lengthOf } from '../time/moments.js';
import { count } from '../ui/figures.js';

/** What is known when nothing is wrong. */
export interface Known {
  /** How many of what the page lists are open: alerts that fire, incidents that are not over. */
  readonly open: number;
  /** Whether there are more than those. */
  readonly areMoreOpen: boolean;
  /** When the last incident ended, ISO 8601; null: there was none. */
  readonly endedAt: string | null;
  /** Of each node when it was heard last; null: never. */
  readonly heard: readonly (string | null)[];
  /** Whether there are nodes beyond those. */
  readonly isMore: boolean;
}

/** As the rules call a node silent that said nothing for so long. */
const SILENT_MS = 15_000;

const reporting = ({ heard, isMore }: Known, now: number): string => {
  const ages = heard.flatMap((at) => (at === null ? [] : [Math.max(0, now - Date.parse(at))]));
  const fresh = ages.filter((age) => age < SILENT_MS);
  if (heard.length === 0)
    return 'No node is registered, so nothing is known of the fleet: that is unknown, not healthy. POST /v1/nodes registers nodes, and an agent on each of them sends.';
  if (ages.length === 0) return `None of ${count(heard.length)} nodes was ever heard: that is unknown, not healthy.`;
  if (fresh.length === 0)
    return `No node reports; the newest was heard ${lengthOf(Math.min(...ages))} ago: that is unknown, not healthy.`;
  const all = isMore ? `the first ${count(heard.length)}` : count(heard.length);
  return `${count(fresh.length)} of ${all} nodes reporting, ${lengthOf(Math.min(...fresh))} old.`;
};

/** What a page says above its list: whether anything is open, when that was so last, and how far one may trust it. */
export const standingText = (what: string, known: Known, now: number): string => {
  const open =
    known.open === 0 ? `Nothing ${what}.` : `${known.areMoreOpen ? 'More than ' : ''}${count(known.open)} ${what}.`;
  const ended =
    known.endedAt === null
      ? 'There was no incident yet.'
      : `Last incident ended ${lengthOf(now - Date.parse(known.endedAt))} ago.`;
  return [open, ...(known.open === 0 ? [ended] : []), reporting(known, now)].join(' ');
};

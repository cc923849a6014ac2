import { count, share } from '../ui/figures.js';
import type { Tone } from '../ui/mark.js';

/** Something that people notice, by the rules of then and by those that are tried. */
export interface Differing {
  readonly change: 'added' | 'missing' | 'moved';
  readonly kind: 'alert' | 'page' | 'command';
  readonly action: string;
  /** ISO 8601; null: it is not there. */
  readonly beforeAt: string | null;
  readonly afterAt: string | null;
}

/** How far a backtest is. */
export interface Underway {
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  readonly progress: number;
  readonly outcomes: number;
}

const CHANGES: Readonly<Record<Differing['change'], string>> = {
  added: 'would have happened',
  missing: 'would not have happened',
  moved: 'would have been another',
};
/** What would not have been noticed is no good news, and neither is what would have been noticed for nothing: who looks must judge. */
export const CHANGE_TONES: Readonly<Record<Differing['change'], Tone>> = {
  added: 'warn',
  missing: 'bad',
  moved: 'still',
};

const lateness = (beforeAt: string, afterAt: string): number => (Date.parse(afterAt) - Date.parse(beforeAt)) / 1_000;

/** `later`, `earlier`, where both happened; what happened at the same moment reached others. */
export const changeText = ({ change, beforeAt, afterAt }: Differing): string => {
  if (change !== 'moved' || beforeAt === null || afterAt === null) return CHANGES[change];
  const seconds = lateness(beforeAt, afterAt);
  if (seconds === 0) return 'to others';
  return seconds > 0 ? 'later' : 'earlier';
};

/** `+12.25 s`; empty where one of both never happened, or both at once. */
export const delayText = ({ beforeAt, afterAt }: Differing): string => {
  const seconds = beforeAt === null || afterAt === null ? 0 : lateness(beforeAt, afterAt);
  return seconds === 0 ? '' : `${seconds > 0 ? '+' : '−'}${Math.abs(seconds)} s`;
};

const THINGS: Readonly<Record<Differing['kind'], readonly [one: string, many: string]>> = {
  alert: ['alert', 'alerts'],
  page: ['page', 'pages'],
  command: ['command', 'commands'],
};

/** `2 alerts would not have happened`, for each kind and change that there is; of alerts and pages those that begin. */
export const summaryOf = (differences: readonly Differing[]): readonly string[] => {
  const counts = new Map<string, { readonly kind: Differing['kind']; readonly text: string; count: number }>();
  for (const difference of differences) {
    if (difference.action === 'resolves') continue;
    const text = changeText(difference);
    const known = counts.get(`${difference.kind} ${text}`);
    if (known === undefined) counts.set(`${difference.kind} ${text}`, { kind: difference.kind, text, count: 1 });
    else known.count += 1;
  }
  return [...counts.values()].map(({ kind, text, count: times }) => {
    const verb = text.startsWith('would') ? text : `would have come ${text}`;
    return `${count(times)} ${THINGS[kind][times === 1 ? 0 : 1]} ${verb}`;
  });
};

/** How far it is, in a sentence. */
export const underwayText = ({ status, progress, outcomes }: Underway): string => {
  if (status === 'waiting') return 'It waits for another that is under way.';
  // The outcomes are those of both sets of rules, one after the other.
  return `${share(progress)} of the log is folded, ${count(outcomes)} outcomes so far.`;
};

/** The longest time that one backtest is of. */
export const TRIED_MS_MAX = 21_600_000;

/** `2026-11-28T08:22:58` as a field for a moment takes it, in UTC. */
export const fieldOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

/** What a field for a moment holds, as the API takes it; undefined: nothing that is one. */
export const momentOfField = (text: string): string | undefined => {
  const ms = Date.parse(`${text}Z`);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
};

/** The time that is tried unless another is given: the one that is replayed, of a long one its first 6 hours. */
export const triedTime = ({ from, to }: { readonly from: number; readonly to: number }) => ({
  from,
  to: Math.min(to, from + TRIED_MS_MAX),
});

import type { RequestFailed } from '../api/request.js';
import type { Tone } from '../ui/mark.js';
import type { Readiness } from './readiness-document.js';

const partsOf = (parts: Readiness['notices']): string => parts.map(({ part }) => part).join(', ');

/** What the bar says of Tocsin itself. What it said before says nothing of a process that does not answer any more. */
export const selfWords = (
  readiness: Readiness | undefined,
  error: RequestFailed | null,
): { readonly tone: Tone; readonly text: string } => {
  if (error !== null) return { tone: 'bad', text: 'Tocsin: does not answer' };
  if (readiness === undefined) return { tone: 'still', text: 'Tocsin: not asked' };
  const { isReady, unready, notices } = readiness;
  if (!isReady) return { tone: 'bad', text: `Tocsin: ${partsOf(unready)} not ready` };
  return notices.length > 0
    ? { tone: 'warn', text: `Tocsin: see ${partsOf(notices)}` }
    : { tone: 'good', text: 'Tocsin: ready' };
};

import { lengthOf } from '../time/moments.js';

/** What of a delivery says what became of it. */
export interface Fated {
  readonly status: 'delivered' | 'due' | 'gave_up' | 'superseded';
  readonly finishedAt: string | null;
  readonly dueAt: string | null;
  readonly attemptCount: number;
  readonly lastDetail: string | null;
  readonly fellOverTo: string | null;
}

/** What became of it, in words; `now` is ms since the epoch. What went another way too says so, however it ended here. */
export const fateOf = (
  { status, attemptCount, dueAt, finishedAt, lastDetail, fellOverTo }: Fated,
  now: number,
): string => {
  const also = fellOverTo === null ? '' : `, sent through ${fellOverTo} too`;
  if (status === 'delivered' && finishedAt !== null) return `${lengthOf(now - Date.parse(finishedAt))} ago${also}`;
  if (status === 'due' && dueAt !== null) {
    const left = Date.parse(dueAt) - now;
    // What is due already waits for whoever sends it, and perhaps for long: no attempt in 0 s, again and again.
    const when = left > 0 ? `in ${lengthOf(left)}` : `due for ${lengthOf(-left)}`;
    return `attempt ${attemptCount + 1} ${when}${also}`;
  }
  return `${lastDetail ?? ''}${also}`;
};

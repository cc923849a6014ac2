import { RequestFailed } from '../api/request.js';

/** Statuses after which nobody knows whether an act was done: no answer, or one of a server that broke on the way. */
export const isUnknown = (error: unknown): boolean =>
  error instanceof RequestFailed && (error.problem.status === 0 || error.problem.status >= 500);

/** Of an act that was done when it was first sent, and is answered once only. */
const DONE_BEFORE = 'IDEMPOTENCY_KEY_ANSWERED';

/** What is said of an act that threw: of one that may have been done, never that it was not. */
export const failureOf = (error: unknown): string => {
  if (error instanceof RequestFailed && error.problem.code === DONE_BEFORE)
    return 'It was done when it was first sent; what came of it stands on the page.';
  const why = error instanceof Error ? error.message : String(error);
  return isUnknown(error)
    ? `It is not known whether this was done: ${why}. Press again: it is still done once.`
    : `Not done: ${why}`;
};

/** Why what was typed does not confirm an act; undefined where it does, or nothing has to be typed. */
export const unconfirmed = (word: string | undefined, typed: unknown): string | undefined =>
  word === undefined || typed === word ? undefined : `Not done: what was typed is not ${word}`;

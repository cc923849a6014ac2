/** SQLSTATE of what the server ended for us: a statement that took too long, a lock that was not to be had. */
const ENDED: ReadonlySet<string> = new Set(['57014', '55P03']);
/** Errors that were wrapped on their way; a longer chain is a loop. */
const CAUSES_MAX = 5;

/** Whether our own bound ended the wait for an answer; `pg` says so in words alone. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout';

/** Whether a statement took longer than it may, by the server's clock or by ours. */
export const isTooSlow = (error: unknown, causes = CAUSES_MAX): boolean => {
  if (!(error instanceof Error)) return false;
  if (isUnanswered(error) || ENDED.has(String((error as { code?: unknown }).code))) return true;
  return causes > 0 && isTooSlow(error.cause, causes - 1);
};

/**
 * What may be repeated without asking anyone, and why. Everything else is the caller's decision: after a lost connection, a
 * timeout or an unanswered COMMIT nobody knows what took effect (the readers' compare-and-swap finds out).
 */
const RUN_AGAIN: Readonly<Record<string, string>> = {
  '40001': 'serialization failure: the server rolled back as a whole and says to try again',
  '40P01': 'deadlock: one side was rolled back as a whole so that the other can finish',
};

/** Failures of connecting: no work had begun. A timeout is not among them, its patience is already spent. */
const CONNECT_AGAIN: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens: the server is being started again',
  ENOENT: 'no socket: the embedded server is being started again',
  ECONNRESET: 'the server went away while it greeted us',
  '57P03': 'the server is starting up, recovering or shutting down',
  '53300': 'every connection of the server is taken for the moment',
};

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

/** Whether a transaction that failed with this may simply run again: it is certain that nothing of it took effect. */
export const mayRunAgain = (error: unknown): boolean => Object.hasOwn(RUN_AGAIN, codeOf(error));

/** Whether connecting may be tried again. */
export const mayConnectAgain = (error: unknown): boolean =>
  Object.hasOwn(CONNECT_AGAIN, codeOf(error)) ||
  // pg reports a connection that ends during the greeting without a code.
  (error instanceof Error && error.message === 'Connection terminated unexpectedly');

import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import { withoutSecretValues } from '#config';

/** Log lines: JSON on standard output, one line each. */
export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** The levels a process may be started with. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code?: unknown;
  readonly cause?: LoggedError;
}

/** Causes followed; a longer chain is a loop. */
const CAUSES_MAX = 5;

/** An error without what libraries hang on it: pg's hold the connection, and that the password. */
export const loggedError = (error: unknown, causes = CAUSES_MAX): LoggedError | undefined => {
  if (!(error instanceof Error))
    return error === undefined
      ? undefined
      : loggedError(new Error(typeof error === 'string' ? error : JSON.stringify(error)));
  const { name, message, stack, cause } = error;
  const code = (error as { code?: unknown }).code;
  const because = cause === undefined || causes === 0 ? undefined : loggedError(cause, causes - 1);
  return {
    type: name,
    message,
    stack,
    ...(code === undefined ? {} : { code }),
    ...(because === undefined ? {} : { cause: because }),
  };
};

/** Makes the logger of a process. What could be a secret is taken out by name, and what is one by its value, wherever it stands. */
export const createLogger = (level: (typeof LOG_LEVELS)[number]): Logger =>
  pino({
    level,
    base: null,
    hooks: { streamWrite: withoutSecretValues },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => loggedError(error) },
    redact: ['authorization', '*.authorization', '*.secret', '*.password', '*.key', '*.headers.authorization'],
  });

/** Nest's own lines, through our logger. Nest passes (message, …rest, context). */
export const nestLogger = (logger: Logger): LoggerService => {
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]): void => {
      const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
      if (message instanceof Error) logger[level]({ context, err: message }, message.message);
      else logger[level]({ context }, String(message));
    };
  // What Nest says at `log` is the start of each of its parts: of no use to an operator.
  return { log: line('debug'), error: line('error'), warn: line('warn'), debug: line('debug'), fatal: line('fatal') };
};

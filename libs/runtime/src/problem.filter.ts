import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ProblemCode, problemDocument, refuse, type Refusal } from '#contracts';
import { LogUnavailable } from '#event-log';
import { DatabaseUnavailable, isTooSlow, isUnstorable } from '#store';
import { challengeOf } from './door/browser-key.js';
import type { Logger } from './logger.js';
import { Refused } from './refused.js';
import { LOGGER } from './tokens.js';

/** What Fastify and Nest refuse before a route of ours is asked. */
const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'BODY_UNPARSABLE',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'BODY_TOO_LARGE',
  415: 'CONTENT_TYPE_UNKNOWN',
};

/** What a caller learns of an error that is ours. */
const OURS = refuse('INTERNAL', 'the error was logged');

const statusOf = (error: unknown): number | undefined => {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
};

/** A path as a log may show it: the rest of a signed link lets whoever reads it act. */
export const loggedPath = (url: string): string => (url.split('?', 1)[0] ?? '').replace(/^(\/act\/).*/, '$1[redacted]');

/** What an error means to the caller; undefined: it is ours, and the caller learns no more than that. */
export const refusalOf = (error: unknown): Refusal | undefined => {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof LogUnavailable) return refuse('LOG_UNAVAILABLE', 'the event log does not answer; send again');
  // While it is away every request ends here, keys being looked up in it: told by the readiness, not by a line for each.
  if (error instanceof DatabaseUnavailable)
    return refuse('DATABASE_UNAVAILABLE', 'the database does not answer; send again');
  if (isTooSlow(error)) return refuse('QUERY_TOO_SLOW', 'the database took too long; ask for less, or again');
  if (isUnstorable(error)) return refuse('NOT_FOUND', 'nothing has a name with such a character');
  const code = BY_STATUS[statusOf(error) ?? 500];
  return code === undefined ? undefined : refuse(code, error instanceof Error ? error.message : 'refused');
};

/** Answers a request with a refusal, as RFC 9457 says. */
export const sendProblem = (reply: FastifyReply, refusal: Refusal, traceId: string): FastifyReply => {
  const problem = problemDocument(refusal, traceId);
  if (problem.status === 401) void reply.header('www-authenticate', challengeOf(reply.request.url));
  if (problem.status === 503) void reply.header('retry-after', '1');
  return reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
};

/** Answers a request that failed, as RFC 9457 says; what is ours is logged. */
export const answerError = (error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void => {
  const refusal = refusalOf(error);
  if (refusal === undefined) {
    const { method, url, id } = request;
    logger.error({ err: error, method, path: loggedPath(url), requestId: id }, 'a request failed');
  }
  // After a body that is too large Fastify would close the connection while the sender still writes: most clients then report a
  // broken pipe and never see the answer. Without it the rest is read and thrown away, for as long as a request may take.
  if (refusal?.refused === 'BODY_TOO_LARGE') void reply.removeHeader('connection');
  void sendProblem(reply, refusal ?? OURS, request.id);
};

/** Every error of a route or resolver, as RFC 9457 says; for GraphQL the same document in `extensions`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'http') {
      const http = host.switchToHttp();
      answerError(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.logger);
      return;
    }
    const known = refusalOf(error);
    const refusal = known ?? OURS;
    if (known === undefined) this.logger.error({ err: error }, 'a resolver failed');
    throw Object.assign(new Error(refusal.detail), { extensions: { ...problemDocument(refusal) } });
  }
}

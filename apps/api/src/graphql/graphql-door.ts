import type { FastifyReply, FastifyRequest } from 'fastify';
import { isPermitted, isRefusal, refuse, type Refusal } from '#contracts';
import { type Authenticator, type KnownRequest, sendProblem } from '#runtime';

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
/** The answer as GraphQL over HTTP names it, for whoever takes it. */
const GRAPHQL_TYPE = 'application/graphql-response+json';

const refusalFor = async (request: KnownRequest, authenticator: Authenticator): Promise<Refusal | undefined> => {
  const principal = await authenticator.authenticate(request.headers.authorization);
  if (isRefusal(principal)) return principal;
  request.principal = principal;
  if (!isPermitted(principal, 'view')) return refuse('PERMISSION_DENIED', `role ${principal.role} may not view`);
  if (request.method !== 'POST') return refuse('METHOD_NOT_ALLOWED', 'send GraphQL operations with POST');
  // A page of another site can send text and forms in the name of whoever looks at it, but not this.
  return JSON_TYPE.test(request.headers['content-type'] ?? '')
    ? undefined
    : refuse('CONTENT_TYPE_UNKNOWN', 'expected content-type: application/json');
};

/**
 * Before the body of a request is read: only for somebody who may look, only POST. The guard asks again for each resolver; this
 * keeps the schema (introspection has no resolver of ours), the parser and the validation from everybody else.
 */
export const createGraphqlDoor =
  (authenticator: Authenticator) =>
  async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> => {
    const refusal = await refusalFor(request as KnownRequest, authenticator);
    if (refusal === undefined) return payload;
    if (refusal.refused === 'METHOD_NOT_ALLOWED') void reply.header('allow', 'POST');
    return sendProblem(reply, refusal, request.id);
  };

/** A part of what was executed failed, as GraphQL over HTTP says it to those who take its type; to all others that is 200. */
const PARTIAL_SUCCESS = 294;

const takesGraphqlType = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  headers.accept?.includes(GRAPHQL_TYPE) === true;

/** The status of an answer with errors, of which `statusCode` says whether it was executed. */
export const statusOfPartial = (statusCode: number, request: Pick<FastifyRequest, 'headers'> | undefined): number =>
  statusCode === 200 && request !== undefined && takesGraphqlType(request) ? PARTIAL_SUCCESS : statusCode;

/** Before an answer leaves: its type, as it was asked for. */
export const sayGraphqlType = async (
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> => {
  const isAnswer = String(reply.getHeader('content-type') ?? '').startsWith('application/json');
  // Node knows no words for it.
  if (reply.statusCode === PARTIAL_SUCCESS) reply.raw.statusMessage = 'Partial Success';
  if (isAnswer && takesGraphqlType(request)) void reply.header('content-type', `${GRAPHQL_TYPE}; charset=utf-8`);
  return payload;
};

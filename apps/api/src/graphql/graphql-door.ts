import type { FastifyReply, FastifyRequest } from 'fastify';
import { isPermitted, isRefusal, refuse, type Refusal } from '#contracts';
import { type Authenticator, type KnownRequest, sendProblem } from '#runtime';

const refusalFor = async (request: KnownRequest, authenticator: Authenticator): Promise<Refusal | undefined> => {
  if (request.method !== 'POST') return refuse('METHOD_NOT_ALLOWED', 'send GraphQL operations with POST');
  const principal = await authenticator.authenticate(request.headers.authorization);
  if (isRefusal(principal)) return principal;
  request.principal = principal;
  if (isPermitted(principal, 'view')) return undefined;
  return refuse('PERMISSION_DENIED', `role ${principal.role} may not view`);
};

/**
 * Before the body of a request is read: only POST, only for somebody who may look. The guard asks again for each resolver; this
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
